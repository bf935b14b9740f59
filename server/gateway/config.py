"""The numbers of one gateway."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """Settings of a gateway; times in milliseconds, sizes in bytes.

    `allowed_origins` are origins such as `https://shop.example`, besides the page's own; `*` allows all.
    `trusted_proxies` are addresses or networks whose X-Forwarded-* headers are believed.
    """

    path: str = "/socket.io/"
    node_id: str = "n1"
    ping_interval_ms: int = 25_000
    ping_timeout_ms: int = 20_000
    connect_timeout_ms: int = 15_000
    upgrade_timeout_ms: int = 10_000
    body_timeout_ms: int = 10_000
    linger_ms: int = 5_000

    max_payload: int = 16 * KIB
    max_connections: int = 10_000
    max_attachments: int = 8
    max_unanswered: int = 64
    high_water: int = 64 * KIB
    outbox_limit: int = 1024 * KIB

    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
