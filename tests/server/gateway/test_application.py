from server.gateway.application import Accepted, Recovery


def test_accepted_needs_nothing() -> None:
    assert Accepted() == Accepted(None, ())


def test_client_without_an_offset() -> None:
    assert Recovery("p", None).offset is None
