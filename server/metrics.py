"""Metrics for Prometheus: what the parts count themselves, read when asked, and the HTTP requests.

No label names a room, a person or an address: their number has no bound, and it is nobody's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from server.logs import logger
from server.measures import MEANINGS

Statistics = Callable[[], Mapping[str, object]]
NAMESPACE = "showfloor"
NAME = re.compile(r"[^a-z0-9_]+")
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

log = logger(__name__)


class PartsCollector(Collector):
    """Reads ``statistics()`` of each part when scraped.

    A number becomes ``showfloor_<part>_<key>``, nested mappings join their keys by ``_``. A key that ends in
    ``_total`` is a counter, any other a gauge. What is no number is left out.
    """

    def __init__(self) -> None:
        self._parts: dict[str, Statistics] = {}

    def add(self, part: str, statistics: Statistics) -> None:
        """Read this part from now on; the same name again replaces it."""
        self._parts[part] = statistics

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        for part, statistics in self._parts.items():
            try:
                numbers = list(_flattened(statistics()))
            except Exception:
                # One part that cannot count must not hide the others.
                log.exception("statistics_failed", part=part)
                continue
            for key, value in numbers:
                text = MEANINGS.get(f"{part}_{key}", f"{part}: {key.replace('_', ' ')}")
                yield _family(f"{NAMESPACE}_{part}_{key}", text, value)

    def describe(self) -> Iterable[CounterMetricFamily | GaugeMetricFamily]:
        return ()


def _family(name: str, text: str, value: float) -> CounterMetricFamily | GaugeMetricFamily:
    if name.endswith("_total"):
        return CounterMetricFamily(name.removesuffix("_total"), text, value=value)
    return GaugeMetricFamily(name, text, value=value)


def _flattened(numbers: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, float]]:
    for key, value in numbers.items():
        name = prefix + NAME.sub("_", str(key).lower())
        if isinstance(value, Mapping):
            yield from _flattened(value, f"{name}_")
        elif isinstance(value, int | float):
            yield name, float(value)


class Metrics:
    """One registry: the process, the parts that were added, and HTTP."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._parts = PartsCollector()
        self.registry.register(self._parts)

        self._requests = Counter(
            "http_requests",
            MEANINGS["http_requests_total"],
            ("method", "route", "status"),
            namespace=NAMESPACE,
            registry=self.registry,
        )
        self._seconds = Histogram(
            "http_request_seconds",
            MEANINGS["http_request_seconds"],
            ("route",),
            namespace=NAMESPACE,
            registry=self.registry,
            buckets=BUCKETS,
        )
        # Looking a child up by its labels costs more than counting.
        self._counted: dict[tuple[str, str, int], Counter] = {}
        self._timed: dict[str, Histogram] = {}

    def add(self, part: str, statistics: Statistics) -> None:
        """Show what ``statistics`` gives as ``showfloor_<part>_…`` from now on."""
        self._parts.add(part, statistics)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one HTTP answer; ``route`` is a pattern such as ``/api/v1/rooms/{room}``, never a path."""
        key = (method, route, status)
        counted = self._counted.get(key)
        if counted is None:
            counted = self._counted[key] = self._requests.labels(method, route, str(status))
        counted.inc()

        timed = self._timed.get(route)
        if timed is None:
            timed = self._timed[route] = self._seconds.labels(route)
        timed.observe(seconds)

    def text(self) -> bytes:
        """All metrics in Prometheus' text form."""
        return generate_latest(self.registry)
