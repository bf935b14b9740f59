from server.erasing import erasures, stubbed
from tests.server.records import Counted, Gone, Said, recorded, said


def test_erasures_name_the_pseudonym() -> None:
    erasing = [recorded(5, Gone("p"), erases=(1, 2)), recorded(6, Gone(), erases=(3,))]
    erased = erasures(erasing)
    assert erased == {1: "p", 2: "p", 3: None}
    stubs = stubbed([said(1), recorded(3, Counted(2)), said(4)], erased)
    assert [(stub.by.id if stub.by else None, stub.data) for stub in stubs] == [
        ("p", None),
        (None, Counted(2)),
        ("ann", Said("hello")),
    ]
