"""Pin and hash the requirements: requirements.txt to run, requirements-dev.txt for everything.

The files name no registry and hold for every platform, from Python 3.11 on.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = "compile --quiet --generate-hashes --no-header --no-annotate --universal --python-version 3.11 --no-config"
# A machine's own package settings must not find their way into the files.
FOREIGN = ("PIP_", "UV_")


def lock(target: str, source: str, *options: str) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    uv = str(Path(sys.executable).parent / "uv")
    command = [uv, "pip", *COMPILE.split(), source, *options, "--output-file", target]
    subprocess.run([*command, *sys.argv[1:]], check=True, cwd=ROOT, env=env)
    sys.stdout.write(f"{target}\n")


def main() -> None:
    lock("requirements.txt", "pyproject.toml", "--extra", "demo")
    # What runs is tested: the versions in requirements.txt bind the larger file.
    lock("requirements-dev.txt", "pyproject.toml", "--extra", "demo", "--extra", "dev", "-c", "requirements.txt")
    lock("scripts/requirements-node.txt", "scripts/requirements-node.in")


if __name__ == "__main__":
    main()
