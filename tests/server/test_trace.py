from server.trace import Step, Trace, Way

WAY: Way = (("r", "kQvz", "b1", 41, 2), 3, 120, (10.003, 10.004), (10.009, 10.010), 10.011)


def step(id_: str, outcome: int | str = 42, *, way: Way = WAY, user: str = "ann") -> Step:
    return (way, id_, user, "chat.send", 10.0, 10.001, outcome)


def trace(limit: int = 5) -> Trace:
    return Trace(limit=limit, clock=lambda: 20.0)


def test_a_command_s_way_is_found_hop_by_hop() -> None:
    ring = trace()
    ring.ring.extend([step("c6"), step("c7"), step("c8")])
    (hops,) = ring.find("c7")
    assert (hops.room, hops.user, hops.type, hops.epoch, hops.seq) == ("r", "ann", "chat.send", "kQvz", 42)
    assert (hops.batch, hops.commands, hops.records, hops.connections) == ("b1", 3, 2, 120)
    assert hops.committed is not None
    assert hops.told is not None
    order = [hops.received, hops.queued, hops.taken, hops.decided, hops.committed, hops.told, hops.acked]
    assert [round(instant - hops.received) for instant in order] == [0, 1, 3, 4, 9, 10, 11]
    assert not hops.again
    assert hops.refused is None


def test_ids_are_a_person_s_own() -> None:
    ring = trace()
    other: Way = (("other", "e", "b2", 1, 1), 1, 0, (1.0, 1.0), (1.0, 1.0), 1.0)
    ring.ring.extend([step("c1"), step("c1", user="bob"), step("c1", way=other)])
    assert [(hops.room, hops.user) for hops in ring.find("c1")] == [("r", "ann"), ("r", "bob"), ("other", "ann")]
    assert [hops.user for hops in ring.find("c1", "r")] == ["ann", "bob"]


def test_what_was_refused_or_known_already_says_so() -> None:
    ring = trace()
    nothing: Way = (("r", "kQvz", "", 41, 0), 2, 0, (10.0, 10.0), None, 10.0)
    ring.ring.extend([step("no", "rate_limited", way=nothing), step("again", 40, way=nothing)])
    (refused,) = ring.find("no")
    assert (refused.refused, refused.seq, refused.committed) == ("rate_limited", None, None)
    (again,) = ring.find("again")
    assert (again.seq, again.again) == (40, True)


def test_the_oldest_are_forgotten() -> None:
    ring = trace(limit=3)
    ring.ring.extend(step(f"c{n}") for n in range(10))
    assert not list(ring.find("c6"))
    assert list(ring.find("c7"))
    assert ring.statistics() == {"commands": 3}
