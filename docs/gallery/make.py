"""Makes the pictures of docs/gallery.md from what `make demo` runs: `make gallery`.

Needs Chromium with its driver for the screenshots. Colours are cut to a palette to keep the files
small; `made-from.txt` names the sample that they show.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from basketbt.api import run
from basketbt.config.study import load_study
from basketbt.data.sources.sample import DIGEST, SampleSource
from basketbt.shipped import find_study
from basketbt.sweep.planner import plan_grid
from basketbt.sweep.run import GridOptions, run_grid

HERE = Path(__file__).parent
STUDY = "deepseek-r1"
DEMO = ("event_study={}", "account={entry: [publication_open, next_open]}")
FEW = "baskets=[guojin/*]"  # for the pictures of a memo
PICTURES = ("levels", "windows", "paper-vs-achievable")

# Name, language, dark, width, height, the part of the page that is shown.
SCREENS = (
    ("desktop-en", "en", False, 1280, 900, None),
    ("desktop-zh-dark", "zh", True, 1280, 900, "levels-0"),
    ("chance-en", "en", False, 1280, 900, "chart-car-0"),
    ("account-en", "en", False, 1280, 900, "chart-shortfall-0"),
    ("grid-curve", "grid", False, 1280, 900, "curve"),
    ("phone-zh", "zh", False, 390, 844, None),
    ("phone-en-dark", "en", True, 390, 844, "levels-0"),
)


def main() -> None:
    """Rewrite every picture of the gallery."""
    for old in HERE.glob("*.png"):
        old.unlink()
    (HERE / "made-from.txt").write_text(f"{DIGEST}\n", encoding="utf-8")
    with tempfile.TemporaryDirectory() as temporary:
        folders = {}
        for language in ("en", "zh"):
            made = run(STUDY, overrides=[*DEMO, f"language={language}"])
            folders[language] = made.write(Path(temporary) / language, ("page",))
        few = run(STUDY, overrides=[*DEMO, FEW]).write(Path(temporary) / "few", ("figures",))
        folders["grid"] = _grid(Path(temporary))
        for kind in PICTURES:
            picture = few / "figures" / f"{kind}-deepseek-r1.png"
            _save(picture.read_bytes(), f"figure-{kind}", width=900)
        browser = _browser()
        try:
            for name, language, dark, width, height, part in SCREENS:
                page = folders[language] / "report.html"
                _save(_shot(browser, page, dark, width, height, part), name, width=min(width, 1000))
        finally:
            browser.quit()


def _grid(folder: Path) -> Path:
    """The grid of the study, for its page."""
    plan = plan_grid(load_study(find_study(Path(STUDY))), SampleSource())
    return run_grid(plan, folder, GridOptions())


def _browser() -> Chrome:
    options = ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    options.binary_location = shutil.which("chromium") or ""
    return Chrome(options=options, service=Service(shutil.which("chromedriver")))


def _shot(
    browser: Chrome, page: Path, dark: bool, width: int, height: int, part: str | None
) -> bytes:
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    browser.get(page.as_uri())
    if part:
        browser.get(f"{page.as_uri()}#{part}")  # opens what it is folded in
    return browser.get_screenshot_as_png()


def _save(content: bytes, name: str, *, width: int) -> None:
    image = Image.open(io.BytesIO(content)).convert("RGB")
    height = round(image.height * width / image.width)
    small = image.resize((width, height), Image.Resampling.LANCZOS)
    small.quantize(160, method=Image.Quantize.MAXCOVERAGE, kmeans=2).save(
        HERE / f"{name}.png", optimize=True
    )


if __name__ == "__main__":
    main()
