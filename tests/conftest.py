"""What holds for every test: seeded, and not failing because the machine is busy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ("support.browser",)

# Read when tqdm is first imported, by whichever test does so; the program sets it before akshare.
os.environ["TQDM_DISABLE"] = "1"
# The program speaks the language of its terminal: here English, whatever machine runs the tests.
os.environ["LC_ALL"] = "C.UTF-8"

settings.register_profile(
    "basketbt",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("basketbt")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="No browser, process, market, or wait.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """``--quick`` leaves out what waits for something outside: the tests of every day are few."""
    if not config.getoption("--quick"):
        return
    outside = [item for item in items if _waits(item)]
    config.hook.pytest_deselected(items=outside)
    items[:] = [item for item in items if item not in set(outside)]


PROCESSES = ("subprocess", "multiprocessing", "command", "loaded")  # names a module imports


def _waits(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    module = getattr(item, "module", None)
    return (
        any(item.get_closest_marker(name) for name in ("slow", "market"))
        or not fixtures.isdisjoint({"show", "market", "replay"})
        or any(hasattr(module, name) for name in PROCESSES)
    )


MARKET = Path(__file__).resolve().parents[1] / "../shared/market"


@pytest.fixture(scope="session")
def market() -> Path:
    """The folder of real prices beside the project; tests that use it skip where it is missing."""
    if not (MARKET / "bars.parquet").is_file():
        pytest.skip("the real prices (../shared/market) are not beside the project")
    return MARKET
