from server.gateway.throttle import Rate, Throttle, Throttles, Verdict

RATE = Rate(per_second=10, burst=5, patience=3)


def test_a_burst_passes_and_the_rest_is_refused_with_a_time() -> None:
    throttle = Throttle(RATE, 0.0)

    assert [throttle.take(0.0) for _ in range(6)] == [Verdict.PASS] * 5 + [Verdict.REFUSE]
    assert throttle.retry_after_ms() == 100


def test_time_gives_tokens_back() -> None:
    throttle = Throttle(RATE, 0.0)
    for _ in range(5):
        throttle.take(0.0)

    assert throttle.take(0.1) is Verdict.PASS
    assert throttle.take(0.1) is Verdict.REFUSE


def test_who_goes_on_is_closed() -> None:
    throttle = Throttle(RATE, 0.0)
    for _ in range(5):
        throttle.take(0.0)

    verdicts = [throttle.take(0.0) for _ in range(4)]
    assert verdicts == [Verdict.REFUSE] * 3 + [Verdict.CLOSE]


def test_refusals_of_long_ago_are_forgotten() -> None:
    throttle = Throttle(RATE, 0.0)
    for now in (0.0, 20.0, 40.0):
        for _ in range(5):
            throttle.take(now)
        assert [throttle.take(now) for _ in range(3)] == [Verdict.REFUSE] * 3


def test_one_person_has_one_throttle() -> None:
    throttles: Throttles[str] = Throttles(RATE)

    verdicts = [throttles.of("ann", 0.0).take(0.0) for _ in range(6)]
    assert verdicts == [Verdict.PASS] * 5 + [Verdict.REFUSE]
    assert throttles.of("bob", 0.0).take(0.0) is Verdict.PASS


def test_who_is_quiet_is_forgotten_and_who_floods_is_not() -> None:
    throttles: Throttles[str] = Throttles(RATE)
    for _ in range(9):
        throttles.of("ann", 0.0).take(0.0)
    assert throttles.of("ann", 9.0).take(9.0) is Verdict.PASS
    for _ in range(9):
        throttles.of("bob", 10.8).take(10.8)

    throttles.of("carl", 11.0)
    assert len(throttles) == 2
