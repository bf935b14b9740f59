# docker build -t showfloor .
# docker run -p 8000:8000 -v showfloor:/data -e SHOWFLOOR_SECRET=… -e SHOWFLOOR_PUBLIC_URL=https://… showfloor

FROM node:24-bookworm-slim AS pages
WORKDIR /src/client_web
COPY client_web/package.json client_web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY protocols/schema /src/protocols/schema
COPY client_web ./
RUN npm run build

FROM python:3.13-slim-bookworm AS packages
COPY requirements.txt .
RUN python -m venv /opt/showfloor \
    && /opt/showfloor/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.txt

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data showfloor \
    && install -d -o showfloor -g showfloor /data
COPY --from=packages /opt/showfloor /opt/showfloor
WORKDIR /app
COPY protocols protocols
COPY rooms rooms
COPY server server
COPY --from=pages /src/client_web/dist client_web/dist
ENV PATH=/opt/showfloor/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER showfloor
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD \
    ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["python", "-m", "server"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--data", "/data"]
