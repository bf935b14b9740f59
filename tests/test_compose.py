"""compose.yaml held against the settings, the image, and the files that it mounts: none can drift from the others."""

from __future__ import annotations

import ipaddress
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from scripts.dockerfile import image_of, stages_of
from server.config import PREFIX, Settings, Workers

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
IMAGE = image_of(stages_of((ROOT / "Dockerfile").read_text())[-1])
OURS = {name: each for name, each in SERVICES.items() if each.get("build")}
GATEWAYS = [name for name in OURS if name.startswith("gateway-")]
REDISES = sorted(name for name in SERVICES if re.fullmatch(r"redis-\d", name))
AFTER_DRAIN_S = 10  # hand-over and closes keep to drain_s; stopping what runs, and the database, come after it

_ASKED = re.compile(r"\$\{(\w+)(?::[-?]([^}]*))?\}")


@pytest.fixture(scope="module")
def env() -> dict[str, str]:
    """What scripts/deploy/secrets.sh prints."""
    script = ROOT / "scripts" / "deploy" / "secrets.sh"
    printed = subprocess.run([script, "https://live.example"], check=True, capture_output=True, text=True).stdout
    return dict(line.split("=", 1) for line in printed.splitlines() if not line.startswith("#"))


def settled(text: str, env: dict[str, str]) -> str:
    """With variables replaced as compose does."""
    return _ASKED.sub(lambda found: env.get(found[1], found[2] or ""), text)


def settings_of(name: str, env: dict[str, str]) -> Settings:
    # A worker signs nothing.
    image = {"SHOWFLOOR_SECRET": env["SHOWFLOOR_SECRET"]} if name == "worker" else {}
    image |= {key: value for key, value in IMAGE.env.items() if key.startswith(PREFIX)}
    given = {key: settled(str(value), env) for key, value in OURS[name]["environment"].items()}
    return Settings.load(image | given)


def address(name: str) -> str:
    found: str = SERVICES[name]["networks"]["inside"]["ipv4_address"]
    return found


def seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+)s", text)
    assert found is not None
    return float(found[1])


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_setting_exists_and_is_good(name: str, env: dict[str, str]) -> None:
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    assert OURS[name]["environment"].keys() <= known
    settings = settings_of(name, env)
    assert settings.workers is Workers.APART
    assert str(settings.data) == OURS[name]["volumes"][0].split(":")[1] == IMAGE.volumes[0]
    assert settings.redis_url is not None
    assert settings.database_url is not None
    assert address("postgres") in settings.database_url.get_secret_value()


def test_every_node_has_an_id_of_its_own(env: dict[str, str]) -> None:
    settings = [settings_of(name, env) for name in GATEWAYS]
    assert len({each.node_id for each in settings}) == len(GATEWAYS)
    assert {each.trusted_proxies for each in settings} == {(f"{address('proxy')}/32",)}
    # Workers make up names of their own.
    assert "SHOWFLOOR_NODE_ID" not in OURS["worker"]["environment"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_server_has_time_to_leave(name: str, env: dict[str, str]) -> None:
    assert seconds(OURS[name]["stop_grace_period"]) >= settings_of(name, env).drain_s + AFTER_DRAIN_S


def test_the_parts_are_those_that_were_promised() -> None:
    assert len(GATEWAYS) == 2
    assert len(REDISES) == 6
    assert [OURS[name]["command"] for name in GATEWAYS] == [["serve"]] * 2
    # The image's health check asks the port of the image, also of a worker.
    assert OURS["worker"]["command"] == ["work", "--port", str(IMAGE.ports[0])]
    assert OURS["migrate"]["command"] == ["migrate"]
    assert {name for name, each in SERVICES.items() if "ports" in each} == {"proxy"}
    assert [name for name in OURS if not OURS[name].get("healthcheck")] == [*GATEWAYS, "worker"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_has_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] in {"unless-stopped", "on-failure:5"}
    assert {"cpus", "memory"} <= service["deploy"]["resources"]["limits"].keys()
    assert service.get("user") != "root"
    if name in OURS:
        assert service["tmpfs"][0].split(":")[0] == "/tmp"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_is_waited_for_can_come(name: str) -> None:
    for other, wanted in SERVICES[name].get("depends_on", {}).items():
        if wanted["condition"] == "service_completed_successfully":
            assert SERVICES[other]["restart"].startswith("on-failure"), other
        else:
            assert wanted["condition"] == "service_healthy"
            assert not SERVICES[other].get("healthcheck", {}).get("disable"), other


def test_addresses_are_of_the_network_and_each_is_given_once() -> None:
    network = ipaddress.ip_network(COMPOSE["networks"]["inside"]["ipam"]["config"][0]["subnet"])
    addresses = [address(name) for name in SERVICES]
    assert len(set(addresses)) == len(addresses)
    assert all(ipaddress.ip_address(each) in network for each in addresses)


def test_the_proxy_knows_every_gateway_by_its_id_and_address(env: dict[str, str]) -> None:
    given = SERVICES["proxy"]["environment"]
    text = (ROOT / "scripts" / "deploy" / "haproxy.cfg").read_text()
    assert set(re.findall(r'"\$\{(\w+)\}"', text)) == given.keys()
    for number, name in enumerate(GATEWAYS, 1):
        settings = settings_of(name, env)
        assert given[f"GATEWAY_{number}"] == f"{address(name)}:{settings.port}"
        node = settings.node_id
        assert f"use_backend {node} if {{ url_param(sid),url_dec -m beg {node}. }}" in text
        assert re.search(rf'backend {node}\n    retries 0\n    server {node} "\${{GATEWAY_{number}}}"\n', text)
    published = SERVICES["proxy"]["ports"][0].split(":")[1]
    assert given["LISTEN"] == f":{published}"
    assert SERVICES["proxy"]["volumes"][1].split(":")[-2] == str(Path(given["CERTIFICATE"]).parent)


def test_the_proxy_waits_longer_than_the_server_is_quiet(env: dict[str, str]) -> None:
    text = (ROOT / "scripts" / "deploy" / "haproxy.cfg").read_text()
    waits = {kind: seconds(value) for kind, value in re.findall(r"timeout (\S+) (\d+s)\n", text)}
    settings = settings_of(GATEWAYS[0], env)
    quiet = settings.ping_interval_ms / 1000
    assert min(waits["client"], waits["server"]) > 2 * quiet
    assert waits["tunnel"] > quiet + settings.ping_timeout_ms / 1000
    # What is held of redeploys ends before the container is killed.
    hard_stop = re.search(r"hard-stop-after (\d+s)", text)
    assert hard_stop is not None
    assert seconds(hard_stop[1]) < seconds(SERVICES["proxy"]["stop_grace_period"])


def test_all_redis_nodes_are_joined_and_wait_for_the_disk() -> None:
    nodes = SERVICES["redis-join"]["environment"]["REDIS_NODES"].split()
    assert nodes == [f"{address(name)}:6379" for name in REDISES]
    conf = (ROOT / "scripts" / "deploy" / "redis.conf").read_text().splitlines()
    assert {"appendonly yes", "appendfsync always", "cluster-enabled yes", "maxmemory-policy noeviction"} <= set(conf)
    assert {f"{name}:/data" for name in REDISES} == {SERVICES[name]["volumes"][0] for name in REDISES}
    assert set(REDISES) < COMPOSE["volumes"].keys()


def test_what_is_mounted_is_there() -> None:
    mounted = [
        volume.split(":")[0] for each in SERVICES.values() for volume in each.get("volumes", ()) if volume[0] == "."
    ]
    assert mounted
    assert [path for path in mounted if not (ROOT / path).is_file()] == []
    scripts = [ROOT / "scripts" / "deploy" / name for name in ("redis-join.sh", "secrets.sh")]
    assert all(script.stat().st_mode & stat.S_IXUSR for script in scripts)


def test_secrets_are_long_and_new_each_time_and_nothing_is_served_without_them(env: dict[str, str]) -> None:
    again = ROOT / "scripts" / "deploy" / "secrets.sh"
    printed = subprocess.run([again, "https://live.example"], check=True, capture_output=True, text=True).stdout
    for name in ("SHOWFLOOR_SECRET", "REDIS_PASSWORD", "POSTGRES_PASSWORD"):
        assert len(env[name]) == 64
        assert env[name] not in printed
        assert f"${{{name}:?" in (ROOT / "compose.yaml").read_text()
