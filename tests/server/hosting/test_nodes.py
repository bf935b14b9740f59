"""Who counts as alive."""

from server.hosting.nodes import Nodes


def test_a_node_lives_for_a_while_after_its_last_sign() -> None:
    nodes = Nodes("me.1")
    assert nodes.heard({"me.1": 0.0, "a.1": 0.5, "b.1": 60.0}, 100.0) == set()
    assert nodes.others(100.0) == ["a.1"]
    nodes.heard({"a.1": 1.6, "b.1": 61.1}, 101.1)
    assert nodes.alive("a.1", 101.9)
    assert not nodes.alive("a.1", 102.1)
    assert not nodes.alive("b.1", 100.0)
    assert nodes.alive("me.1", 1e9)


def test_who_dies_is_told_once() -> None:
    nodes = Nodes("me.1")
    nodes.heard({"a.1": 0.0, "b.1": 0.0}, 0.0)
    assert nodes.heard({"a.1": 1.0, "b.1": 0.1}, 1.0) == set()
    assert nodes.heard({"a.1": 2.0, "b.1": 0.1}, 2.0) == set()
    assert nodes.heard({"a.1": 2.7, "b.1": 0.1}, 2.7) == {"a.1"}
    assert nodes.heard({"a.1": 3.2, "b.1": 0.1}, 3.2) == set()


def test_a_list_that_was_lost_kills_nobody_at_once() -> None:
    nodes = Nodes("me.1")
    nodes.heard({"a.1": 0.0}, 0.0)
    assert nodes.heard({}, 0.5) == set()
    assert nodes.alive("a.1", 0.5)
    assert nodes.heard({"a.1": 0.1}, 1.0) == set()


def test_who_could_not_look_judges_nobody_for_a_while() -> None:
    nodes = Nodes("me.1")
    nodes.heard({"a.1": 0.0}, 0.0)
    # Redis was away for ten seconds: nobody could give a sign.
    assert nodes.alive("a.1", 9.9)
    assert nodes.others(9.9) == ["a.1"]
    assert nodes.heard({"a.1": 10.0}, 10.0) == set()
    assert nodes.alive("a.1", 11.0)
    assert nodes.heard({"a.1": 11.0}, 11.0) == set()
    assert nodes.heard({"a.1": 12.6}, 12.6) == {"a.1"}


def test_who_looks_first_after_the_store_stood_still_finds_nobody_dead() -> None:
    nodes = Nodes("me.1")
    nodes.heard({"a.1": 0.45}, 0.0)
    assert nodes.heard({"a.1": 2.65}, 2.2) == set()
    assert nodes.heard({"a.1": 0.4}, 2.7) == set()
    # One that died meanwhile is found a moment later.
    nodes.heard({"a.1": 0.0}, 10.0)
    assert nodes.heard({"a.1": 2.6}, 12.1) == set()
    assert nodes.heard({"a.1": 3.1}, 12.6) == set()
    assert nodes.heard({"a.1": 3.6}, 13.1) == {"a.1"}
