"""How people are spread over gateways that nobody has started."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from loadtests.client import Client
from loadtests.nodes import spread
from loadtests.serving import Served, Serving


class House(Served):
    def __init__(self, folder: Path) -> None:
        self.secret = "x" * 40
        self._gateways = [Serving(folder / name, secret=self.secret) for name in ("n1", "n2")]

    @property
    def gateways(self) -> Sequence[Serving]:
        return self._gateways


def test_each_gateway_is_home_to_every_second_pair(tmp_path: Path) -> None:
    house = House(tmp_path)
    clients = [house.client("r", f"u{number}") for number in range(8)]
    one, two = (gateway.url for gateway in house.gateways)
    assert [client.urls[0] for client in clients] == [one, one, two, two] * 2
    assert Counter(client.urls for client in clients) == {(one, two): 4, (two, one): 4}
    assert house.client("r", "ann", home=3).urls == (two, one)
    assert {gateway.token("r", "ann", exp=1) for gateway in house.gateways} == {house.token("r", "ann", exp=1)}


def test_only_who_is_elsewhere_is_sent_home() -> None:
    cut: list[str] = []

    class Traveller(Client):
        joined = True

        def cut(self) -> None:
            cut.append(self.user)

    home, away = (Traveller(("http://a", "http://b"), "t", "r", user=user) for user in ("home", "away"))
    away.url = "http://b"
    spread([home, away])
    assert cut == ["away"]
