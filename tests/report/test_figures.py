"""Pictures: colours that can be told apart, fonts that can draw their labels, bytes that repeat."""

from __future__ import annotations

import io
import itertools
import math
import re
import shutil
import subprocess
from html import unescape

import pytest
from PIL import Image

from basketbt import api
from basketbt.api import Run
from basketbt.report.render import pictures, rendered
from basketbt.report.render.pictures import drawable
from basketbt.report.views import document
from basketbt.report.views.blocks import Chart
from basketbt.report.views.context import contexts
from basketbt.report.views.palette import DARK, HUES, LIGHT
from support import invented

LITTLE = ("events=[deepseek-r1]", "baskets=[guojin/xinchuang, galaxy/telecom]", "weighting=equal")


def hues(theme: str) -> list[str]:
    return [{"light": LIGHT, "dark": DARK}[theme][f"hue-{hue}"] for hue in range(HUES)]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_lines_stand_out_from_their_ground_and_words_can_be_read(theme: dict[str, str]) -> None:
    assert min(contrast(theme[f"hue-{hue}"], theme["ground"]) for hue in range(HUES)) >= 3
    for words in ("ink", "soft", "red", "green", "link", "alarm"):
        assert contrast(theme[words], theme["ground"]) >= 4.5, words
        assert contrast(theme[words], theme["raised"]) >= 4.5, words


# Viénot, Brettel and Mollon (1999): what red-green blind people see, on linear RGB.
DEUTERANOPE = ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0))
PROTANOPE = ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0))


def seen(colour: str, eye: tuple[tuple[float, ...], ...]) -> list[float]:
    linear = [(int(colour[i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5)]
    mixed = [sum(a * b for a, b in zip(row, linear, strict=True)) for row in eye]
    return [255 * max(value, 0) ** (1 / 2.2) for value in mixed]


@pytest.mark.parametrize("eye", [DEUTERANOPE, PROTANOPE])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_hues_stay_apart_for_red_green_blind_readers(
    theme: str, eye: tuple[tuple[float, ...], ...]
) -> None:
    for one, two in itertools.combinations(hues(theme), 2):
        assert math.dist(seen(one, eye), seen(two, eye)) > 25, (one, two)


def test_without_a_chinese_font_pictures_are_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    made = api.run(invented.STUDY, overrides=[*LITTLE, "language=zh"]).data
    monkeypatch.setattr(pictures, "draws_chinese", lambda: False)
    assert (drawable("zh"), drawable("en")) == ("en", "en")
    drawn = rendered(made, ["figures"])
    svgs = [content.decode() for name, content in drawn.items() if name.endswith(".svg")]
    assert svgs
    assert not any(re.search("[\u4e00-\u9fff]", one) for one in svgs)


def test_with_a_chinese_font_pictures_speak_chinese() -> None:
    listed = shutil.which("fc-list")
    if (
        not listed
        or not subprocess.run([listed, ":lang=zh"], capture_output=True, check=False).stdout
    ):
        pytest.skip("no font of Chinese is installed here")
    assert drawable("zh") == "zh"


def test_a_picture_says_whose_prices_it_shows_and_has_the_same_bytes_again(whole: Run) -> None:
    drawn = rendered(whole.data, ["figures"])
    assert drawn == rendered(whole.data, ["figures"])
    source = document(whole.data).source
    assert source.startswith("Source: ")
    for name, content in drawn.items():
        if name.endswith(".svg"):
            words = unescape(" ".join(re.findall("<text[^>]*>([^<]*)</text>", content.decode())))
            assert source in words, name
            assert "var(" not in content.decode()
        elif name.endswith(".png"):
            assert Image.open(io.BytesIO(content)).width == 936  # 150 dots an inch on A4


def test_a_picture_of_accounts_shows_what_a_reader_could_have_kept(whole: Run) -> None:
    [chart] = [
        one
        for one in document(whole.data).blocks
        if isinstance(one, Chart) and one.picture.startswith("paper-vs-achievable")
    ]
    bars = {one["label"]: one["values"] for one in chart.data["bars"]}
    assert list(bars) == ["Paper", "Publication open", "Next open (hindsight)"]
    [context] = contexts(whole.data, "en")
    rows = context.account_rows
    assert len(rows) == 2 * len(bars["Paper"]) == 6
    for way, values in bars.items():
        own = [row for row in rows if context.entry(row) == way]
        assert values == [row["total_return"] for row in own] or way == "Paper"
    assert bars["Paper"] == list({row["basket"]: row["paper_return"] for row in rows}.values())
