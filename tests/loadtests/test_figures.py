from loadtests.diary import Answered, Diary, Sent
from loadtests.figures import ack_times, milliseconds, percentile


def test_percentiles() -> None:
    assert percentile(range(1, 101), 0.5) == 51
    assert percentile(range(1, 101), 0.99) == 100
    assert percentile([7], 0.99) == 7
    assert percentile([], 0.5) == 0
    assert milliseconds([0.001, 0.003]) == "p50 3.0 ms  p99 3.0 ms  max 3 ms"


def test_ack_times_count_from_the_first_sending() -> None:
    diary = Diary("ann", [Sent(1, 1, "a", "chat.send", "r", 1), Sent(3, 2, "a", "chat.send", "r", 2)])
    diary.add(Answered(4, 2, "a", True, "e", 1, ""))
    diary.add(Sent(5, 2, "b", "chat.send", "r", 1))
    diary.add(Answered(6, 2, "b", False, "", -1, "rate_limited"))
    assert ack_times([diary]) == [3]
