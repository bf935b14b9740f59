"""A rule for every test run: with REQUIRE_ALL=1 a skipped test or module is a failed one."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

# A busy machine is no fault of the code, so no example has a deadline of its own. More examples: THOROUGH=1.
settings.register_profile("quick", max_examples=40, deadline=None)
settings.register_profile("thorough", max_examples=2_000, deadline=None)
settings.load_profile("thorough" if os.environ.get("THOROUGH") == "1" else "quick")


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
