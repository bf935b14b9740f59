#!/bin/sh
# Prints a Python that can make the environment, or says in one line what is missing.
set -u

seen=""
for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
    command -v "$name" >/dev/null 2>&1 || continue
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
    seen="$name"
    # Debian ships Python without the part that makes environments.
    "$name" -c 'import venv, ensurepip' >/dev/null 2>&1 || continue
    command -v "$name"
    exit 0
done

if [ -n "$seen" ]; then
    echo "showfloor: $seen cannot make environments; install its venv module (Debian: apt-get install python3-venv)" >&2
else
    echo "showfloor: Python 3.11 or newer is needed and none was found; install it, or name one: make PYTHON=/path/to/python3" >&2
fi
exit 1
