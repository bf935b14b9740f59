import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.messages import By, Role
from server.identity import Identity, Viewer, derived_key

SECRET = "kT4v9QmZ2xL7pR1sW8nB5cY3hJ6dF0gA"
NOW = 1_767_225_600


class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def identity(clock: Clock) -> Identity:
    return Identity(SECRET, clock=clock)


def issue(identity: Identity, **given: Any) -> str:
    return identity.issue(**{"user": "u1", "name": "小王", "role": Role.ATTENDEE, "room": "r1"} | given).token


def packed(part: object) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def forged(claims: dict[str, Any], *, alg: str = "HS256", key: bytes | None = None, digest: str = "sha256") -> str:
    signed = f"{packed({'alg': alg, 'typ': 'JWT'})}.{packed(claims)}"
    key = derived_key(SECRET, "token") if key is None else key
    return f"{signed}.{packed(hmac.new(key, signed.encode(), digest).digest())}"


CLAIMS = {"iss": "showfloor", "sub": "u1", "name": "W", "role": "host", "room": "r1", "iat": NOW, "exp": NOW + 60}


def refused(identity: Identity, token: object, **given: Any) -> Code:
    with pytest.raises(Refused) as caught:
        identity.verify(token, **given)
    return caught.value.code


def test_a_token_says_who_holds_it(identity: Identity) -> None:
    token = issue(identity, guest=True, bound=True, signed_up=True, link="l1")
    viewer = identity.verify(token, room="r1")
    assert viewer == Viewer(
        user="u1",
        name="小王",
        role=Role.ATTENDEE,
        guest=True,
        bound=True,
        signed_up=True,
        room="r1",
        token_id=viewer.token_id,
        expires_at=(NOW + 12 * 3600) * 1000,
        link="l1",
    )
    assert viewer.token_id
    assert viewer.by == By("u1", "小王", Role.ATTENDEE, guest=True)
    # From memory the same.
    assert identity.verify(token, room="r1") == viewer


def test_two_tokens_of_one_person_differ(identity: Identity) -> None:
    assert issue(identity) != issue(identity)


def test_the_forger_in_these_tests_can_forge(identity: Identity) -> None:
    # Otherwise those below would be refused for another reason than they say.
    assert identity.verify(forged(CLAIMS)).role is Role.HOST


@pytest.mark.parametrize(
    "token",
    [
        f"{packed({'alg': 'none', 'typ': 'JWT'})}.{packed(CLAIMS)}.",
        f"{packed({'alg': 'none'})}.{packed(CLAIMS)}.{packed(b'x')}",
        forged(CLAIMS, key=b"another key, 32 bytes long......"),
        forged(CLAIMS, key=SECRET.encode()),
        forged(CLAIMS, key=derived_key(SECRET, "link")),
        forged(CLAIMS, alg="HS512", digest="sha512"),
        forged(CLAIMS, alg="None"),
        forged({**CLAIMS, "iss": "another"}),
        forged({key: value for key, value in CLAIMS.items() if key != "exp"}),
        forged({**CLAIMS, "exp": "9999999999"}),
        forged({**CLAIMS, "exp": 1e300}),
        forged({**CLAIMS, "role": "admin"}),
        forged({**CLAIMS, "sub": "erased:u1"}),
        forged({**CLAIMS, "sub": ""}),
        forged({**CLAIMS, "room": "../r1"}),
        forged({**CLAIMS, "name": "n" * 33}),
        forged({**CLAIMS, "guest": "yes"}),
        forged(CLAIMS)[:-2],
        forged(CLAIMS) + ".x",
        "",
        ".",
        "..",
        "a.b.c",
        "\ud800",
        "é.é.é",
        "x" * 3000,
        f"{packed(b'[]')}.{packed(b'[]')}.x",
        f"{packed({'alg': 'HS256', 'crit': ['x'], 'x': 1})}.{packed(CLAIMS)}.x",
        None,
        7,
        {"token": "x"},
        hashlib.sha256(b"").digest(),
    ],
)
def test_what_we_did_not_sign_is_refused(identity: Identity, token: object) -> None:
    assert refused(identity, token) is Code.UNAUTHORIZED


def test_a_token_for_one_room_opens_no_other(identity: Identity) -> None:
    token = issue(identity)
    assert refused(identity, token, room="r2") is Code.FORBIDDEN
    assert identity.verify(token, room="r1").room == "r1"


def test_a_token_ends_at_its_time_also_from_memory(identity: Identity, clock: Clock) -> None:
    token = issue(identity)
    clock.now = NOW + 12 * 3600 - 1
    identity.verify(token)
    clock.now += 1
    assert refused(identity, token) is Code.EXPIRED
    assert refused(Identity(SECRET, clock=clock), token) is Code.EXPIRED


def test_a_token_does_not_outlive_what_it_rests_on(identity: Identity) -> None:
    assert identity.verify(issue(identity, expires_at=(NOW + 5) * 1000)).expires_at == (NOW + 5) * 1000
    late = identity.verify(issue(identity, expires_at=(NOW + 10**6) * 1000))
    assert late.expires_at == (NOW + 12 * 3600) * 1000


def test_a_withdrawn_link_takes_its_tokens_along_also_from_memory(clock: Clock) -> None:
    gone: set[str] = set()
    identity = Identity(SECRET, clock=clock, revoked=gone.__contains__)
    token, other = issue(identity, link="l1"), issue(identity, link="l2")
    identity.verify(token)
    gone.add("l1")
    assert refused(identity, token) is Code.REVOKED
    assert identity.verify(other).link == "l2"


def test_memory_is_bounded_and_forgets_who_was_not_seen_for_longest(clock: Clock) -> None:
    identity = Identity(SECRET, clock=clock, cache_size=2)
    first, second, third = (issue(identity, user=user) for user in ("a", "b", "c"))
    for token in (first, second, first, third):
        identity.verify(token)
    assert list(identity._cache) == [first, third]


def test_what_is_refused_is_not_remembered(identity: Identity) -> None:
    refused(identity, forged(CLAIMS, key=b"k" * 32))
    assert not identity._cache


def test_a_token_that_rests_on_a_session_ends_with_it() -> None:
    ended: set[str] = set()
    identity = Identity(SECRET, ended=ended.__contains__)
    issued = identity.issue(user="st_mei", name="Mei", role=Role.HOST, room="r1", session="ss_1")
    assert issued.viewer.session == "ss_1"
    assert identity.verify(issued.token) == issued.viewer
    ended.add("ss_1")
    with pytest.raises(Refused) as refused:
        identity.verify(issued.token)
    assert refused.value.code is Code.REVOKED
    assert "link" not in refused.value.message
