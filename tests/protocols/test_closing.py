from protocols.closing import Closing


def test_code_says_whether_to_come_back() -> None:
    for closing in Closing:
        assert closing.come_back == (closing.code < 4500), closing


def test_codes_and_words_are_unique() -> None:
    private = [closing.code for closing in Closing if closing.code >= 4000]

    assert len(private) == len(set(private))
    assert len({closing.value for closing in Closing}) == len(Closing)


def test_words_fit_into_a_close_frame() -> None:
    assert all(len(closing.value.encode()) <= 123 for closing in Closing)
