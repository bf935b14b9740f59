from server.gateway.pid import Pids, Session

PIDS = Pids(b"k" * 32)


def test_a_pid_says_whom_it_stands_for_and_is_new_each_time() -> None:
    session = Session("u1", "r1")

    first, second = PIDS.issue(session), PIDS.issue(session)

    assert first != second
    assert PIDS.read(first) == PIDS.read(second) == session


def test_what_we_did_not_sign_is_none() -> None:
    pid = PIDS.issue(Session("u1", "r1"))

    for forged in ("", "x", pid[:-1], pid + "x", Pids(b"j" * 32).issue(Session("u1", "r1")), "a" * 10_000):
        assert PIDS.read(forged) is None
