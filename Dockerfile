# One image for every part: `serve` (the default), `work`, `migrate`, `token`, `staff` …
#   docker build -t showfloor .
#   docker run --read-only --tmpfs /tmp -p 8000:8000 -v showfloor:/data \
#       -e SHOWFLOOR_SECRET=… -e SHOWFLOOR_PUBLIC_URL=https://… showfloor
# `make image` runs these very steps where there is no container engine; docs/how-to/deploy.md tells what that shows.

FROM node:24-bookworm-slim AS pages
WORKDIR /src/client_web
COPY client_web/package.json client_web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY protocols/schema /src/protocols/schema
COPY client_web ./
RUN npm run build

FROM python:3.13-slim-bookworm AS packages
WORKDIR /src
COPY requirements.txt ./
# Nothing is built here, and nothing taken that is not the very file that was locked.
RUN python -m venv --without-pip /opt/showfloor \
    && python -m pip --python /opt/showfloor/bin/python install --no-cache-dir \
        --only-binary :all: --require-hashes -r requirements.txt

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin showfloor \
    && install -d -o showfloor -g showfloor -m 700 /data
WORKDIR /app
COPY --from=packages /opt/showfloor /opt/showfloor
COPY protocols protocols
COPY rooms rooms
COPY server server
COPY --from=pages /src/client_web/dist client_web/dist
# The root may be read-only, so bytecode is made now. Files that only their owner may read are no use to the user below.
RUN python -m compileall -q protocols rooms server \
    && find . -not -perm -o=r -exec chmod o+rX '{}' +
ENV PATH=/opt/showfloor/bin:/usr/local/bin:/usr/bin:/bin PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    SHOWFLOOR_HOST=0.0.0.0 SHOWFLOOR_PORT=8000 SHOWFLOOR_DATA=/data SHOWFLOOR_PAGES=/app/client_web/dist
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD \
    ["python", "-m", "server.healthy"]
ENTRYPOINT ["python", "-m", "server"]
CMD ["serve"]
