#!/bin/sh
# Prints an environment file with new secrets: scripts/deploy/secrets.sh https://live.example > .env
set -eu

url=${1:?the address that people see, as https://live.example}

random() {
    head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}

cat <<END
# Signs tokens and links: without it all of them are dead. Keep a copy elsewhere.
SHOWFLOOR_SECRET=$(random)
SHOWFLOOR_PUBLIC_URL=$url
SHOWFLOOR_METRICS_TOKEN=$(random)
REDIS_PASSWORD=$(random)
POSTGRES_PASSWORD=$(random)
# The folder with showfloor.pem: certificate, chain and key in one file.
TLS_FOLDER=./tls
END
