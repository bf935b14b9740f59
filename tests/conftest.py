"""For every test run: what begins first; and with REQUIRE_ALL=1 a skipped test or module is a failed one."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

# A busy machine is no fault of the code, so no example has a deadline of its own. More examples: THOROUGH=1.
settings.register_profile("quick", max_examples=40, deadline=None)
settings.register_profile("thorough", max_examples=2_000, deadline=None)
settings.load_profile("thorough" if os.environ.get("THOROUGH") == "1" else "quick")


# What takes longest begins first, so that no process is left alone with it at the end (scripts/test.py).
LONG = (
    *("cluster/test_rigs", "e2e/test_axe", "cluster/test_show", "e2e/test_network", "e2e/test_story", "e2e/test_nginx"),
    *("e2e/test_lobby", "e2e/test_show", "e2e/test_log_canary", "e2e/test_staff", "e2e/test_api_schema"),
    *("e2e/test_backup", "cluster/test_deployment", "cluster/test_worker", "e2e/test_stream", "cluster/test_frozen"),
    *("rigs/test_mobile", "rigs/test_costs", "rigs/test_locust", "rigs/test_crowd", "rigs/test_clock"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in that order, then all others as they were."""
    order = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(f"{item.path.parent.name}/{item.path.stem}", len(order)))


def refused(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure; an expected failure (xfail) is not a skip."""
    if os.environ.get("REQUIRE_ALL") != "1" or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    # pytest gives (path, line, reason) for a skip.
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"REQUIRE_ALL=1 allows no skip: {reason}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    refused(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    refused(report)
    return report
