import msgpack  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.messages import Audience, By, Record, Role
from server.broker.codec import answered, decode, encode
from server.catalogue import Unreadable
from tests.server.records import CATALOGUE, Counted, Gone, Said, said

# A small alphabet: the table of all characters takes seconds to make.
texts = st.text("aé谢🎈\0 ", max_size=20)
people = st.builds(By, texts, texts, st.sampled_from(Role), st.booleans(), st.none() | texts, st.none() | texts)
events = st.one_of(st.builds(Said, texts), st.builds(Counted, st.integers(0, 2**53)), st.builds(Gone))
numbers = st.integers(0, 2**53)


@st.composite
def records(draw: st.DrawFn) -> Record:
    event = draw(events)
    return Record(
        seq=draw(numbers),
        at=draw(numbers),
        type=event.type,
        version=event.version,
        audience=draw(st.sampled_from(Audience)),
        by=draw(st.none() | people),
        data=draw(st.sampled_from([event, None])),
        after=(draw(numbers), draw(numbers)),
        command=draw(st.none() | st.binary(min_size=24, max_size=24)),
        erases=tuple(draw(st.lists(numbers, max_size=5))),
    )


@given(st.lists(records(), max_size=5))
def test_what_was_encoded_is_decoded_the_same(many: list[Record]) -> None:
    assert decode(encode(many), CATALOGUE) == many


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_unreadable(blob: bytes) -> None:
    try:
        decode(blob, CATALOGUE)
    except Unreadable:
        return


@given(st.lists(st.lists(st.none() | st.integers() | texts, max_size=12), max_size=3))
def test_any_rows_are_read_or_unreadable(rows: list[object]) -> None:
    try:
        decode(msgpack.packb(rows) if not _huge(rows) else b"", CATALOGUE)
    except Unreadable:
        return


def _huge(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_huge, value))
    return isinstance(value, int) and not -(2**63) <= value < 2**64


def test_newer_events_are_unreadable() -> None:
    with pytest.raises(Unreadable, match="not known"):
        decode(encode([said(1, type="test.future")]), CATALOGUE)
    with pytest.raises(Unreadable, match="version 2"):
        decode(encode([said(1, version=2)]), CATALOGUE)
    assert decode(encode([said(1, version=2, data=None)]), CATALOGUE)[0].data is None


def test_digests_come_without_events() -> None:
    blob = encode([said(1), said(2, command=b"x" * 24, type="test.future")])
    assert answered(blob) == [(b"x" * 24, 2, 1002)]


def test_who_is_in_no_shop_is_written_as_before_there_were_any() -> None:
    plain = msgpack.unpackb(encode([said(1, by=By("ann", "Ann", Role.ATTENDEE))]))
    assert len(plain[0][5]) == 5
    assert len(msgpack.unpackb(encode([said(1, by=By("ann", "Ann", Role.ATTENDEE, shop="east"))]))[0][5]) == 6
