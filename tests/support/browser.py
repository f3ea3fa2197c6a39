"""A real browser to look at pages with."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome


@pytest.fixture(scope="session")
def chrome() -> Iterator[Chrome]:
    """Headless Chromium that can reach no host."""
    binary = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("no Chromium with its driver is installed (apt-get install chromium-driver)")
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = binary
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--hide-scrollbars",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = Chrome(options=options, service=Service(driver))
    yield browser
    browser.quit()


def log(chrome: Chrome, kind: str) -> list[dict[str, Any]]:
    """What the browser has written since it was last asked; Selenium's own method has no types."""
    entries: list[dict[str, Any]] = chrome.execute("getLog", {"type": kind})["value"]
    return entries


@pytest.fixture
def show(chrome: Chrome) -> Callable[..., Chrome]:
    """Open a page from disk on a screen of the given size."""

    def opened(folder: Path, *, width: int = 1280, height: int = 900, dark: bool = False) -> Chrome:
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        log(chrome, "browser")
        log(chrome, "performance")
        chrome.get((folder / "report.html").as_uri())
        return chrome

    return opened
