"""Pictures: fonts that can draw their labels, colours that can be told apart, bytes that repeat."""

from __future__ import annotations

import itertools
import math

import pytest

from basketbt import api
from basketbt.api import Run
from basketbt.report.render import canvas, pictures, rendered
from basketbt.report.render.pictures import drawable
from basketbt.report.views import document
from basketbt.report.views.blocks import Chart
from basketbt.report.views.palette import DARK, GREEN, LIGHT, RED, looks
from support import invented

LITTLE = ("events=[deepseek-r1]", "baskets=[guojin/xinchuang, galaxy/telecom]", "weighting=equal")


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_lines_stand_out_from_their_ground_and_signs_can_be_read() -> None:
    assert min(contrast(colour, "#ffffff") for colour in LIGHT) >= 3
    assert min(contrast(colour, "#14171c") for colour in DARK) >= 3
    assert contrast(RED, "#ffffff") >= 4.5
    assert contrast(GREEN, "#ffffff") >= 4.5


# Viénot, Brettel and Mollon (1999): what red-green blind people see, on linear RGB.
DEUTERANOPE = ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0))
PROTANOPE = ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0))


def seen(colour: str, eye: tuple[tuple[float, ...], ...]) -> list[float]:
    linear = [(int(colour[i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5)]
    mixed = [sum(a * b for a, b in zip(row, linear, strict=True)) for row in eye]
    return [255 * max(value, 0) ** (1 / 2.2) for value in mixed]


@pytest.mark.parametrize("eye", [DEUTERANOPE, PROTANOPE])
@pytest.mark.parametrize("hues", [LIGHT, DARK])
def test_hues_stay_apart_for_red_green_blind_readers(
    hues: tuple[str, ...], eye: tuple[tuple[float, ...], ...]
) -> None:
    for one, two in itertools.combinations(hues, 2):
        assert math.dist(seen(one, eye), seen(two, eye)) > 25, (one, two)


def test_forty_baskets_have_forty_looks() -> None:
    assert len(set(looks([str(number) for number in range(40)]).values())) == 40


def test_without_a_chinese_font_labels_are_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "cjk_font", lambda: None)
    assert (drawable("zh"), drawable("en")) == ("en", "en")


def test_without_a_chinese_font_no_picture_holds_a_sign_it_cannot_draw(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A missing glyph is a warning of matplotlib, and warnings are errors here.
    made = api.run(invented.STUDY, overrides=[*LITTLE, "language=zh"]).data
    for module in (pictures, canvas):
        monkeypatch.setattr(module, "cjk_font", lambda: None)
    drawn = rendered(made, ["figures"])
    assert any(name.endswith(".png") for name in drawn)
    monkeypatch.undo()
    if canvas.cjk_font():
        again = rendered(made, ["figures"])
        assert sorted(again) == sorted(drawn)
        assert again != drawn


def test_a_picture_of_accounts_shows_what_a_reader_could_have_kept(whole: Run) -> None:
    [chart] = [
        one
        for one in document(whole.data).blocks
        if isinstance(one, Chart) and one.picture.startswith("paper-vs-achievable")
    ]
    bars = pictures.bars_of(chart.data["sets"].values())
    assert list(bars) == ["Paper", "Publication open", "Next open (hindsight)"]
    assert [len(one) for one in bars.values()] == [3, 3, 3]
