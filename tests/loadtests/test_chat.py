"""What became of each thing that was said, and when all was normal again."""

from __future__ import annotations

from loadtests.chat import Chat, Said, ended_since, joins_since
from loadtests.client import Client
from loadtests.diary import Ended, Joined

BACK = 100.0


def chat(*said: tuple[float, float, str]) -> Chat:
    made = Chat()
    made.said = [Said(*each) for each in said]
    return made


def test_without_a_fault_it_is_normal_at_once() -> None:
    assert chat((99.0, 99.1, ""), (100.1, 100.2, "")).normal_after(BACK) == 0


def test_the_last_slow_or_refused_one_says_since_when_it_is_normal() -> None:
    assert chat((98.0, 101.0, ""), (101.1, 101.2, "")).normal_after(BACK) == 1
    assert chat((101.5, 102.0, "unavailable"), (102.1, 102.2, "")).normal_after(BACK) == 2


def test_a_fault_that_nothing_follows_is_never_over() -> None:
    assert chat((98.0, 101.0, "unavailable")).normal_after(BACK) == float("inf")
    assert chat((101.0, 104.0, "")).normal_after(BACK) == float("inf")


def test_silence_is_not_normal() -> None:
    assert chat((99.0, 99.1, "")).normal_after(BACK) == float("inf")


def test_acks_and_refusals_are_told_apart() -> None:
    said = chat((1.0, 2.0, ""), (3.0, 3.5, "unavailable"), (4.0, 4.25, ""))
    assert said.acks() == [1.0, 0.25]
    assert said.acks(3.0) == [0.25]
    assert said.acks(0.0, 2.0) == [1.0]
    assert said.nacks() == [0.5]
    assert said.codes() == {"unavailable"}


def test_what_a_diary_says_of_later_connections() -> None:
    client = Client("http://127.0.0.1:1", "", "r", user="ann")
    for at in (1.0, 2.0, 3.0):
        client.diary.add(Joined(at, 1, "r", False, "", "everyone", "", -1, "e", 0))
    client.diary.add(Ended(2.5, 1, "reset"))
    assert [join.at for join in joins_since(client, 2.0)] == [2.0, 3.0]
    assert ended_since([client], 2.0) == ["ann: reset"]
    assert ended_since([client], 2.6) == []
