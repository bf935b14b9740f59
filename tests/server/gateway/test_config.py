import pytest

from server.gateway.config import GatewayConfig


def test_limits_leave_room_for_each_other() -> None:
    config = GatewayConfig()

    assert config.max_payload < config.high_water < config.outbox_limit
    assert config.ping_timeout_ms <= config.ping_interval_ms
    assert config.allowed_origins == config.trusted_proxies == ()


def test_config_does_not_change_under_a_running_gateway() -> None:
    with pytest.raises(AttributeError):
        GatewayConfig().max_payload = 1  # type: ignore[misc]
