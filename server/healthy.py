"""Ask the server in this container whether it is ready: exit code 0 if ``/readyz`` says 200, else 1.

Standard library only: it is started every few seconds.
"""

from __future__ import annotations

import http.client
import os
import sys

PATIENCE_S = 2.0


def healthy(port: int) -> bool:
    """Whether ``/readyz`` on this machine answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if healthy(int(os.environ.get("SHOWFLOOR_PORT") or 8000)) else 1)
