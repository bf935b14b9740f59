"""A show under load, for locust: people arrive, chat, vote, lose the network, come back; everything told is verified.

    locust -f loadtests/locustfile.py --host http://127.0.0.1:8000 --room demo --shape storm -u 200 -t 60s --headless

Any running server will do. With nothing but a room, people are guests; with the server's secret (--room-secret or
SHOWFLOOR_SECRET), an API key or a host's link there is also a host who runs polls. docs/how-to/load-test.md tells more.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

# Locust is started from anywhere, and puts the file's own folder first, not the project's.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from locust import LoadTestShape, events
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from loadtests.admission import NotAdmitted
from loadtests.locust_users import SCENES, Host, Person, Scene
from loadtests.shapes import SHAPES, stage

__all__ = ["Host", "Person", "Show"]

USERS, RUN_TIME = 50, 60
STORM_MESSAGE = "storm"


class Show(LoadTestShape):
    """The shape that --shape names, over --users and --run-time."""

    use_common_options = True

    def __init__(self) -> None:
        super().__init__()
        self.storms = 0

    def reset_time(self) -> None:
        super().reset_time()
        self.storms = 0

    def tick(self) -> tuple[int, float] | None:
        """What locust asks each second."""
        assert self.runner is not None
        options = self.runner.environment.parsed_options
        assert options is not None
        users, duration = options.num_users or USERS, options.run_time or RUN_TIME
        wanted = stage(options.shape, users, duration, self.get_run_time())
        if wanted is None:
            return None
        if wanted.storms > self.storms:
            self.storms = wanted.storms
            self.runner.send_message(STORM_MESSAGE, {})
        return wanted.users, wanted.rate


@events.init_command_line_parser.add_listener
def _options(parser: Any) -> None:
    own = parser  # a group would not know what must not be shown in the browser
    own.add_argument("--shape", choices=SHAPES, default="ramp", help="how people come (default: %(default)s)")
    own.add_argument("--room", default="demo", env_var="SHOWFLOOR_LOAD_ROOM", help="the room (default: %(default)s)")
    own.add_argument("--room-secret", env_var="SHOWFLOOR_SECRET", include_in_web_ui=False, help="the server's secret")
    own.add_argument(
        "--api-key", env_var="SHOWFLOOR_API_KEY", include_in_web_ui=False, help="makes the room, and a host"
    )
    own.add_argument("--host-link", env_var="SHOWFLOOR_HOST_LINK", include_in_web_ui=False, help="a link for hosts")
    own.add_argument("--pause", type=float, default=10, help="seconds between a person's acts (default: %(default)s)")
    own.add_argument("--voting", type=float, default=6, help="seconds a poll is open (default: %(default)s)")
    own.add_argument("--within", type=float, default=10, help="seconds until what is acked must have come")
    own.add_argument("--sample", type=int, default=1, help="time every n-th delivery; all are verified")


@events.init.add_listener
def _init(environment: Environment, **_: Any) -> None:
    if environment.runner is not None and not isinstance(environment.runner, MasterRunner):
        environment.runner.register_message(STORM_MESSAGE, _storm)
    # Else locust ends people in the middle of what they still have to verify.
    environment.stop_timeout = environment.stop_timeout or 20


@events.test_start.add_listener
def _start(environment: Environment, **_: Any) -> None:
    options = environment.parsed_options
    assert options is not None
    if not environment.host:
        sys.exit("showfloor: --host says where the server is")
    scene = SCENES[environment] = Scene(
        url=environment.host.rstrip("/"),
        room=options.room,
        secret=options.room_secret,
        api_key=options.api_key,
        host_link=options.host_link,
        pause=options.pause,
        voting=options.voting,
        within=options.within,
        sample=options.sample,
    )
    if not isinstance(environment.runner, WorkerRunner):
        try:
            scene.prepare()
        except NotAdmitted as refused:
            sys.exit(f"showfloor: {refused}")


def _storm(environment: Environment, **_: Any) -> None:
    """Everybody loses the network at once."""
    assert environment.runner is not None
    for greenlet in list(environment.runner.user_greenlets):
        user = greenlet.args[0]
        if isinstance(user, Person) and user.inside:
            user.visit.cut(random.random())
