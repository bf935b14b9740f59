from pathlib import Path

from loadtests.diary import Answered, Delivered, Diary, Joined, Left, Opened, Sent, digest_of, dump, load, mark_of


def test_what_is_dumped_is_loaded_again(tmp_path: Path) -> None:
    ann = Diary("ann", [Opened(1.5, 1, "websocket"), Joined(2, 1, "r1", False, "first", "everyone", "", -1, "e", 3)])
    ann.add(Sent(3, 1, "ann.1", "chat.send", "r1", 1))
    ann.add(Answered(4, 1, "ann.1", True, "e", 4, ""))
    ben = Diary("ben", [Delivered(4, 1, "r1", "e", 3, 4, "chat.sent", "ann", "ann.1", "d"), Left(5, 1, "r1")])

    dump([ann, ben], tmp_path / "run.jsonl")

    assert [(diary.user, diary.entries) for diary in load(tmp_path / "run.jsonl")] == [
        ("ann", ann.entries),
        ("ben", ben.entries),
    ]


def test_a_mark_is_the_first_word_of_what_was_said() -> None:
    assert mark_of("chat.sent", {"text": "#ann.1 hello"}) == "ann.1"
    assert mark_of("chat.sent", {"text": "hello"}) == ""
    assert mark_of("chat.restored", {"text": "#ann.1 hello"}) == ""
    assert mark_of("poll.created", {"question": "#1"}) == ""
    assert mark_of("chat.sent", None) == ""


def test_a_digest_does_not_mind_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": [1, 2]}) == digest_of({"b": [1, 2], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})
    assert digest_of(None) == ""
