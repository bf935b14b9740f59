from server.hosting.clock import RoomClock
from tests.server.house import Time


def test_a_jump_of_the_wall_clock_moves_nothing() -> None:
    time = Time()
    clock = time.clock()
    start = clock.now()
    for jump in (86_400, -2 * 86_400):
        time.wall += jump
        assert clock.now() == start
    time.pass_ms(250)
    assert clock.now() == start + 250


def test_room_time_never_falls_below_the_log_and_never_stands_still() -> None:
    time = Time()
    clock = time.clock()
    start = clock.now()
    room = RoomClock(clock, start - 7_000)
    assert room.now() == start
    room.raise_to(start + 5_000)
    assert room.now() == start + 5_000
    time.pass_ms(4_000)
    assert room.now() == start + 9_000
    room.raise_to(start + 8_000)
    assert room.now() == start + 9_000
    assert room.ahead == 5_000
