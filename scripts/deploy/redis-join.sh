#!/bin/sh
# Joins Redis nodes into one cluster, once: where they know each other already it only waits until all is well.
#   REDIS_NODES="host:port …"   the masters first     REPLICAS=1   for each master     REDISCLI_AUTH   the password
set -eu

: "${REDIS_NODES:?must list the nodes as host:port}"
patience=${PATIENCE_S:-60}

ask() {
    node=$1
    shift
    redis-cli -h "${node%:*}" -p "${node##*:}" "$@" 2>/dev/null | tr -d '\r'
}

says() {
    ask "$1" cluster info | sed -n "s/^$2://p"
}

# until_all QUESTION: asks each node again and again, for as long as there is patience.
until_all() {
    for node in $REDIS_NODES; do
        waited=0
        until "$1" "$node"; do
            waited=$((waited + 1))
            if [ "$waited" -gt "$patience" ]; then
                echo "redis-join: $node: $2" >&2
                exit 1
            fi
            sleep 1
        done
    done
}

answers() { [ "$(ask "$1" ping)" = PONG ]; }
is_well() { [ "$(says "$1" cluster_state)" = ok ]; }

until_all answers "no answer, or another password"

joined=0 strangers=""
for node in $REDIS_NODES; do
    if [ "$(says "$node" cluster_known_nodes)" -gt 1 ]; then
        joined=$((joined + 1))
    else
        strangers="$strangers $node"
    fi
done

if [ "$joined" = 0 ]; then
    # shellcheck disable=SC2086 # a list of words
    redis-cli --cluster create $REDIS_NODES --cluster-replicas "${REPLICAS:-1}" --cluster-yes
elif [ -n "$strangers" ]; then
    # It has lost its disk, perhaps. Whether to take it in empty is for a person to decide.
    echo "redis-join: not of the cluster:$strangers; see 'redis-cli --cluster add-node'" >&2
    REDIS_NODES=$(for node in $REDIS_NODES; do case "$strangers " in *" $node "*) ;; *) echo "$node" ;; esac done)
fi

until_all is_well "the cluster is not well"
echo "redis-join: the cluster is well"
