"""Make sure that browser tests have a Chromium: the machine's own, else one brought from npm.

Prints the path of the browser. Nothing is fetched when one is on PATH.
"""

import os
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.chromium import BROUGHT, environment, found  # noqa: E402

RECIPE = ROOT / "scripts" / "chromium"


def starts(path: Path) -> bool:
    """A binary that lacks a system library does not get as far as its version."""
    asked = subprocess.run([path, "--version"], capture_output=True, check=False, env=environment(path), timeout=60)
    return asked.returncode == 0


def bring() -> Path:
    if sys.platform != "linux" or platform.machine() not in {"x86_64", "AMD64"}:
        message = "there is no packed Chromium for this platform; install one and put it on PATH"
        raise SystemExit(f"showfloor: {message}")

    node = str(ROOT / "scripts" / "node.sh")
    npm = [node, "npm", "ci", "--loglevel=error", "--ignore-scripts", "--omit=optional", "--prefix", str(RECIPE)]
    subprocess.run(npm, check=True, stdout=sys.stderr)

    part = BROUGHT.with_name(f"{BROUGHT.name}.part.{os.getpid()}")
    subprocess.run([node, "node", str(RECIPE / "unpack.cjs"), str(part)], check=True)
    for name in ("swiftshader.tar", "al2023.tar"):
        with tarfile.open(part / name) as packed:
            packed.extractall(part, filter="data")
        (part / name).unlink()

    shutil.rmtree(BROUGHT, ignore_errors=True)
    part.rename(BROUGHT)
    return BROUGHT / "chromium"


def main() -> None:
    path = found()
    if path is None or not starts(path):
        path = bring()
        if not starts(path):
            raise SystemExit(f"showfloor: the Chromium at {path} does not start on this machine; install one")
    print(path)


if __name__ == "__main__":
    main()
