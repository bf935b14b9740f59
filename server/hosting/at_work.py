"""A room at work, whoever decides for it: a host here, or a follower of another node's."""

from __future__ import annotations

from server.hosting.directory import Directory
from server.hosting.follower import Follower
from server.hosting.host import Host
from server.hosting.shared import SharedDirectory

AtWork = Host | Follower
Rooms = Directory | SharedDirectory
