"""Run the Dockerfile's own steps in clean chroots, where there is no container engine, and try what comes out.

As root, on Debian with debootstrap. Base images cannot be had that way: Debian's own Python stands for ``python:…``,
and for ``node:…`` the Node that scripts/requirements-node.txt locks. What was replaced is said.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import socketio
from chroot import ROOT, Bases, Failed, entered, run_in, say
from dockerfile import Copy, Ignored, Image, Stage, Step, copy_of, expanded, image_of, stages_of

READY_S, LEAVE_S = 60, 20
NO_SETTINGS = 2  # the exit code of a command that cannot start with what it was told
# Where its user may write, and where not.
PLACES = {"/data": True, "/tmp": True, "/app": False, "/opt/showfloor": False, "/etc": False, "/var/tmp": False}


def build(folder: Path) -> tuple[Path, Image]:
    """Carry out every stage; the last one's tree and how it starts. Raises Failed."""
    ignored = Ignored((ROOT / ".dockerignore").read_text())
    bases, trees = Bases(folder), dict[str, Path]()
    stages = stages_of((ROOT / "Dockerfile").read_text())
    for number, stage in enumerate(stages):
        tree = folder / f"stage-{number}"
        shutil.rmtree(tree, ignore_errors=True)
        say(f"FROM {stage.base}{' AS ' + stage.name if stage.name else ''}")
        bases.copy(stage.base, tree)
        carry_out(stage, tree, trees, ignored)
        trees[stage.name] = tree
    return tree, image_of(stages[-1])


def carry_out(stage: Stage, tree: Path, trees: Mapping[str, Path], ignored: Ignored) -> None:
    """All steps of a stage on its tree."""
    image = Image()
    for step in stage.steps:
        begun = time.monotonic()
        image.take(step)
        if step.word == "RUN":
            run_in(tree, expanded(step.text, image.env), image.env, image.workdir)
        elif step.word == "COPY":
            copy(copy_of(step), tree / image.workdir.lstrip("/"), tree, trees, ignored)
        say(f"  {_short(step)} ({time.monotonic() - begun:.1f} s)")


def _short(step: Step) -> str:
    text = f"{step.word} {step.text}"
    return text if len(text) <= 90 else text[:87] + "…"


def copy(each: Copy, workdir: Path, tree: Path, trees: Mapping[str, Path], ignored: Ignored) -> None:
    """What COPY does: folders bring what is in them."""
    target = tree / each.target.lstrip("/") if each.target.startswith("/") else workdir / each.target
    for source in each.sources:
        if each.origin is not None:
            shutil.copytree(trees[each.origin] / source.lstrip("/"), target, symlinks=True, dirs_exist_ok=True)
            continue
        found = ROOT / ("." if source == "./" else source)
        inside = len(each.sources) > 1 or each.target.endswith("/")
        for name in ignored.files(ROOT, source):
            below = (ROOT / name).relative_to(found)
            to = target / found.name if found.is_file() and inside else target / below
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to)


# Trying


@dataclass(slots=True)
class Container:
    """The image, run as an engine would: its user, no capabilities, a root that is read-only."""

    tree: Path
    image: Image
    data: Path
    env: dict[str, str]

    def command(self, *words: str) -> list[str]:
        """The command line that runs these words in it."""
        uid, gid = self.image.user.split(":")
        root, volume = shlex.quote(str(self.tree)), self.image.volumes[0].lstrip("/")
        mounts = [
            f"mount --bind {root} {root}",
            f"mount -o remount,bind,ro {root}",
            f"mount -t tmpfs -o mode=1777 tmpfs {root}/tmp",
            f"mount -t proc proc {root}/proc",
            f"mount --bind {shlex.quote(str(self.data))} {root}/{volume}",
        ]
        drop = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]
        drop += ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
        variables = [f"{name}={value}" for name, value in (self.image.env | self.env).items()]
        return entered(mounts, self.tree, [*drop, "env", "-i", "-C", self.image.workdir, *variables, *words])

    def ended(self, *words: str) -> int:
        """The exit code of a command in it."""
        done = subprocess.run(self.command(*words), check=False, capture_output=True, timeout=READY_S)
        return done.returncode

    def printed(self, *words: str) -> str:
        """What one of the server's commands prints. Raises Failed."""
        line = self.command(*self.image.entrypoint, *words)
        done = subprocess.run(line, check=False, capture_output=True, text=True, timeout=READY_S)
        if done.returncode:
            raise Failed(f"{words[0]} ended with {done.returncode}: {done.stderr[-1000:]}")
        return done.stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def attempt(tree: Path, image: Image, data: Path) -> None:
    """Serve, and let somebody in from outside. Raises Failed."""
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=stat.S_IMODE((tree / image.volumes[0].lstrip("/")).stat().st_mode))
    os.chown(data, *(int(each) for each in image.user.split(":")))
    port = free_port()
    # Whoever builds this on a machine of theirs opens no port to others.
    env = {"SHOWFLOOR_HOST": "127.0.0.1", "SHOWFLOOR_PORT": str(port), "SHOWFLOOR_SECRET": os.urandom(24).hex()}
    container = Container(tree, image, data, env)

    writable = {path: container.ended("sh", "-c", f"touch {path}/touched && rm {path}/touched") == 0 for path in PLACES}
    if writable != PLACES:
        raise Failed(f"what may be written to: {writable}")
    say(f"user {image.user}, no capabilities; writable: {', '.join(path for path, may in writable.items() if may)}")
    if container.ended(*image.health) == 0:
        raise Failed("the health check says that all is well where nothing runs")
    for words in (["migrate"], ["key", "--label", "image"]):
        container.printed(*words)
        say(f"{words[0]}: exit 0")
    if container.ended(*image.entrypoint, "work") != NO_SETTINGS:
        raise Failed("work does not ask for a Redis")
    say("work: exit 2, for it was given no Redis")
    token = container.printed("token", "--room", "r1", "--user", "ann", "--role", "host").split()[-1]

    begun = time.monotonic()
    process = subprocess.Popen(container.command(*image.entrypoint, *image.command))
    try:
        while container.ended(*image.health) != 0:
            if process.poll() is not None or time.monotonic() - begun > READY_S:
                raise Failed("it does not become healthy")
        say(f"{' '.join(image.command)}: healthy after {time.monotonic() - begun:.1f} s")
        asyncio.run(visit(f"http://127.0.0.1:{port}", token))
        begun = time.monotonic()
        process.send_signal(getattr(signal, image.stop_signal))
        code = process.wait(LEAVE_S)
    finally:
        process.kill()
        process.wait()
    if code != 0:
        raise Failed(f"after {image.stop_signal} it ended with {code}")
    say(f"{image.stop_signal}: exit 0 after {time.monotonic() - begun:.1f} s")


async def visit(url: str, token: str) -> None:
    """The page, and the stock client: join, say something, and hear it. Raises Failed."""
    async with socketio.AsyncSimpleClient() as client:
        await client.connect(url, auth={"token": token, "protocol": 1}, transports=["websocket"])
        joined = await client.call("room.join", {"id": "j1", "room": "r1"}, timeout=10)
        sent = await client.call("chat.send", {"id": "c1", "room": "r1", "text": "from outside"}, timeout=10)
        while (heard := await client.receive(timeout=10))[0] != "chat.sent":
            pass
    with await asyncio.to_thread(urllib.request.urlopen, url + "/", timeout=10) as answer:
        page = answer.read().decode()
    if not (joined["ok"] and sent["ok"] and heard[1]["data"]["text"] == "from outside"):
        raise Failed(f"join {joined}, send {sent}, heard {heard}")
    if "<script" not in page:
        raise Failed("there is no page")
    say("the stock client joined, said something and heard it; the page is there")


def size_of(folder: Path) -> int:
    """The bytes of all files below, as they are stored."""
    done = subprocess.run(["du", "-s", "--block-size=1", folder], check=True, capture_output=True, text=True)
    return int(done.stdout.split()[0])


def tell_sizes(tree: Path, base: Path) -> None:
    """What the Dockerfile adds to its base."""
    parts = {name: size_of(tree / name) / 1e6 for name in ("opt/showfloor", "app")}
    own = (size_of(tree) - size_of(base)) / 1e6
    said = ", ".join(f"/{name} {size:.1f}" for name, size in parts.items())
    say(f"size: {own:.1f} MB on top of the base ({said}); the base here {size_of(base) / 1e6:.1f} MB")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--folder", type=Path, help="keep trees here; a base that is there is used again")
    given = parser.parse_args()
    missing = [name for name in ("debootstrap", "unshare", "setpriv", "chroot") if shutil.which(name) is None]
    if os.geteuid() != 0 or missing:
        sys.stderr.write(f"image: needs root, and these programs: {', '.join(missing) or 'all are here'}\n")
        return 2
    folder = (given.folder or Path(tempfile.mkdtemp(prefix="showfloor-image-", dir="/var/tmp"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    try:
        tree, image = build(folder)
        say(f"Python here: {tree_version(tree)}; Debian's, for the base images could not be had")
        tell_sizes(tree, folder / "base-python")
        attempt(tree, image, folder / "data")
    except Failed as failed:
        sys.stderr.write(f"image: {failed}\n")
        return 1
    finally:
        if given.folder is None:
            shutil.rmtree(folder)
    return 0


def tree_version(tree: Path) -> str:
    asked = subprocess.run(["chroot", tree, "python3", "--version"], check=True, capture_output=True, text=True)
    return asked.stdout.split()[-1]


if __name__ == "__main__":
    raise SystemExit(main())
