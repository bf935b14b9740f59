"""Start the demo: what `make run` asks for, checked and said in one line if it cannot be had.

PORT=8000   DATA=var   DEMO=0 (no bots)   LAN=1 (all addresses, self-made certificate)
"""

import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from server.certificate import ensure_certificate, lan_addresses  # noqa: E402

LAST_PORT = 65_535
OFF = {"0", "no", "off", "false"}


def stop(line: str) -> NoReturn:
    raise SystemExit(f"showfloor: {line}")


def on(name: str, *, otherwise: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    return value not in OFF if value else otherwise


def port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) <= LAST_PORT:
        stop(f"PORT={text} is not a port; give a number from 1 to {LAST_PORT}")
    return int(text)


def ensure_free(host: str, wanted: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the server itself binds: a port that only waits for old connections is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError as error:
            stop(f"port {wanted} cannot be used ({error.strerror}); choose another: make run PORT={wanted + 1}")


def data_directory() -> Path:
    path = Path(os.environ.get("DATA") or "var")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        stop(f"DATA={path} cannot be made a directory ({error.strerror})")
    if not os.access(path, os.W_OK | os.X_OK):
        stop(f"DATA={path} cannot be written to")
    return path


def main() -> NoReturn:
    lan = on("LAN", otherwise=False)
    # Whoever is on the same network could reach 0.0.0.0, so that is only on demand.
    host = "0.0.0.0" if lan else "127.0.0.1"
    number = port()
    data = data_directory()
    ensure_free(host, number)

    command = [sys.executable, "-m", "server", "serve"]
    command += ["--host", host, "--port", str(number), "--data", str(data), "--demo"]
    if not on("DEMO", otherwise=True):
        command.append("--no-bots")
    if lan:
        files = ensure_certificate(data / "tls", lan_addresses())
        command += ["--tls-cert", str(files.certificate), "--tls-key", str(files.key)]

    os.chdir(ROOT)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
