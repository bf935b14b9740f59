"""The browser that tests drive, and how Playwright starts it.

browser = await playwright.chromium.launch(**launch_options())
"""

import os
import shutil
from pathlib import Path
from typing import Any

BROUGHT = Path(__file__).resolve().parent.parent / ".venv" / ".tools" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Containers run tests as root, without user namespaces and with a 64 MiB /dev/shm.
ARGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none", "--no-first-run")
# The packed build is made for one process tree without a zygote.
ARGS_BROUGHT = ("--no-zygote", "--disable-setuid-sandbox")


def found() -> Path | None:
    """The browser named by SHOWFLOOR_CHROMIUM, one on PATH, or the one that was brought."""
    named = os.environ.get("SHOWFLOOR_CHROMIUM")
    if named:
        return Path(named)

    for name in NAMES:
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)

    brought = BROUGHT / "chromium"
    return brought if brought.exists() else None


def chromium() -> str:
    path = found()
    if path is None:
        message = "no Chromium: run 'make chromium', or name one in SHOWFLOOR_CHROMIUM"
        raise RuntimeError(message)
    return str(path)


def environment(path: Path) -> dict[str, str]:
    """The process environment; the brought browser finds its own system libraries in it."""
    env = dict(os.environ)
    if path.parent == BROUGHT:
        own = str(BROUGHT / "lib")
        env["LD_LIBRARY_PATH"] = f"{own}:{env['LD_LIBRARY_PATH']}" if env.get("LD_LIBRARY_PATH") else own
    return env


def launch_options(*extra: str) -> dict[str, Any]:
    """Keyword arguments for `playwright.chromium.launch`; `extra` are more browser switches."""
    path = Path(chromium())
    args = [*ARGS, *(ARGS_BROUGHT if path.parent == BROUGHT else ()), *extra]
    return {"executable_path": str(path), "args": args, "env": environment(path), "headless": True}
