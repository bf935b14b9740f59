"""The numbers of one gateway."""

from __future__ import annotations

from dataclasses import dataclass

from protocols import limits


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """Settings of a gateway; times in milliseconds, sizes in bytes.

    `allowed_origins` are origins such as `https://shop.example`, besides the page's own; `*` allows all.
    `trusted_proxies` are addresses or networks whose X-Forwarded-* headers are believed.
    """

    path: str = "/socket.io/"
    node_id: str = "n1"
    ping_interval_ms: int = limits.PING_INTERVAL_MS
    ping_timeout_ms: int = limits.PING_TIMEOUT_MS
    connect_timeout_ms: int = limits.CONNECT_TIMEOUT_MS
    upgrade_timeout_ms: int = 10_000
    body_timeout_ms: int = 10_000
    linger_ms: int = 5_000

    max_payload: int = limits.MAX_PAYLOAD
    max_connections: int = 10_000
    max_connections_per_address: int = 10_000
    max_attachments: int = 8
    max_unanswered: int = limits.UNANSWERED_LIMIT
    high_water: int = limits.HIGH_WATER
    outbox_limit: int = limits.OUTBOX_LIMIT
    staff_outbox_limit: int = limits.STAFF_OUTBOX_LIMIT

    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
