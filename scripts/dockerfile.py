"""A Dockerfile read into stages and steps, and what .dockerignore lets through: as much of both as this project uses.

Unreadable      an instruction or a form of one that is not known here
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

WORDS = frozenset(
    {"FROM", "RUN", "COPY", "WORKDIR", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT"}
    | {"CMD", "LABEL"}
)
_VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)\}")


class Unreadable(Exception):
    """The file says something that is not known here."""


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction; ``text`` is all after its word, in one line."""

    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Copy:
    """What a COPY brings: ``sources`` of the context, or of the stage ``origin``, into ``target``."""

    origin: str | None
    sources: tuple[str, ...]
    target: str


@dataclass(slots=True)
class Stage:
    """What begins with FROM; ``name`` is empty for one without."""

    base: str
    name: str
    steps: list[Step] = field(default_factory=list)


@dataclass(slots=True)
class Image:
    """How containers of an image start."""

    env: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "0:0"
    volumes: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    stop_signal: str = "SIGTERM"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def take(self, step: Step) -> None:
        """Heed a step, if it is about this."""
        text = step.text
        match step.word:
            case "ENV":
                said = dict(pair.split("=", 1) for pair in shlex.split(text))
                self.env |= {name: expanded(value, self.env) for name, value in said.items()}
            case "WORKDIR":
                self.workdir = str(PurePosixPath(self.workdir) / text)
            case "USER":
                self.user = text
            case "VOLUME":
                self.volumes += listed(text) if text.startswith("[") else text.split()
            case "EXPOSE":
                self.ports += [int(port) for port in text.split()]
            case "STOPSIGNAL":
                self.stop_signal = text
            case "ENTRYPOINT":
                self.entrypoint = listed(text)
            case "CMD":
                self.command = listed(text)
            case "HEALTHCHECK":
                self.health = listed(text.partition("CMD")[2].strip())


def listed(text: str) -> list[str]:
    """A command as a list. Raises Unreadable for a line of shell: its process would not get the signals."""
    try:
        words = json.loads(text)
    except ValueError:
        words = None
    if not isinstance(words, list):
        raise Unreadable(f"not a list of words: {text}")
    return [str(word) for word in words]


def expanded(text: str, env: Mapping[str, str]) -> str:
    """With variables replaced; one that is not set is empty."""
    return _VARIABLE.sub(lambda found: env.get(found[1] or found[2], ""), text)


def stages_of(text: str) -> list[Stage]:
    """The stages, in order. Raises Unreadable."""
    stages: list[Stage] = []
    for step in _steps(text):
        if step.word not in WORDS:
            raise Unreadable(step.word)
        if step.word == "FROM":
            base, _, name = step.text.partition(" AS ")
            stages.append(Stage(base, name))
        elif stages:
            stages[-1].steps.append(step)
        else:
            raise Unreadable(f"{step.word} before FROM")
    return stages


def _steps(text: str) -> Iterator[Step]:
    kept = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\s*\\\n\s*", " ", "\n".join(kept)).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield Step(word, rest.strip())


def image_of(stage: Stage) -> Image:
    """How what comes out of a stage starts; what its base says is not known."""
    image = Image()
    for step in stage.steps:
        image.take(step)
    return image


def copy_of(step: Step) -> Copy:
    """A COPY's parts. Raises Unreadable."""
    words = step.text.split()
    origin = None
    if words[0].startswith("--from="):
        origin = words.pop(0).removeprefix("--from=")
    if len(words) < 2 or any(word.startswith(("--", "[")) for word in words):
        raise Unreadable(f"COPY {step.text}")
    return Copy(origin, tuple(words[:-1]), words[-1])


class Ignored:
    """What .dockerignore keeps out: of all patterns that fit a path, or a folder above it, the last one decides."""

    def __init__(self, text: str) -> None:
        lines = [line.strip() for line in text.splitlines()]
        patterns = [line for line in lines if line and not line.startswith("#")]
        self._patterns = [(not line.startswith("!"), _pattern(line.lstrip("!"))) for line in patterns]

    def __call__(self, path: str) -> bool:
        """Whether the path, from the root of the context, stays outside."""
        kept_out = False
        for keeps_out, pattern in self._patterns:
            if pattern.fullmatch(path):
                kept_out = keeps_out
        return kept_out

    def files(self, root: Path, source: str) -> Iterator[str]:
        """The files of the context at or below ``source`` that come in, as paths from its root."""
        start = root / source
        if start.is_file():
            if not self(source):
                yield source
            return
        for folder, folders, names in os.walk(start):
            here = Path(folder).relative_to(root).as_posix()
            # Nothing below is let in again by our patterns, and node_modules is large.
            folders[:] = sorted(name for name in folders if not self(f"{here}/{name}"))
            yield from (path for name in sorted(names) if not self(path := f"{here}/{name}"))


def _pattern(line: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/?|\*|\?)", line.strip("/"))
    meant = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meant.get(part, re.escape(part)) for part in parts) + "(?:/.*)?")
