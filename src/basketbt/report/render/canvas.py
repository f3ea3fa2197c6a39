"""How every picture is drawn and saved: size, fonts, marks, and no clock in the file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from basketbt.report.views.palette import LIGHT
from basketbt.text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

#: Width and height in inches of a picture in a memo: the text width of A4.
SIZE = (7.2, 4.0)
_DPI = 150
#: The same on paper under its own caption: a page is wider, so that letters come out larger.
PAPER = (5.8, 3.4)
_FOOT = 0.2  # inches for the line below everything else
_LETTERS = 80  # of a title's line

#: Families that hold Chinese, in the order of preference on Linux, macOS and Windows.
CJK_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "Noto Sans CJK JP",
    "Noto Serif CJK SC",
)

_DASHES = (
    "solid",
    (0, (5, 2)),
    (0, (1, 1.4)),
    (0, (5, 1.5, 1, 1.5)),
    (0, (9, 3)),
)


@cache
def cjk_font() -> str | None:
    """The first installed family that holds Chinese, or None."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((family for family in CJK_FAMILIES if family in installed), None)


@contextmanager
def picture(
    title: str, foot: str, *, width: float = SIZE[0], height: float = SIZE[1]
) -> Iterator[tuple[Figure, SubFigure, Axes]]:
    """A figure, its part above the line at its foot, and the axes with a title in that part.

    Without a title it has no such line either: both stand beside it then.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_settings())
        engine = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.06)
        foot_height = _FOOT if title else 0.01
        figure = Figure(figsize=(width, height + foot_height), layout=engine)
        rows = figure.add_gridspec(2, 1, height_ratios=(height, foot_height))
        above, below = figure.add_subfigure(rows[0]), figure.add_subfigure(rows[1])
        axes = above.subplots()
        _entitle(axes, _literal(title))
        axes.grid(visible=True, linewidth=0.5, color="#d5d9df")
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        if title:
            below.text(0.012, 0.5, _literal(foot), va="center", fontsize=6, color="#5b6470")
        yield figure, above, axes


def _entitle(axes: Axes, title: str) -> None:
    """Matplotlib wraps a title as the picture needs; one with a dollar sign it would measure as
    mathematics even where those are off, so such a title is cut by letters."""
    wraps = "$" not in title
    shown = title if wraps else "\n".join(wrap(title, _LETTERS))
    axes.set_title(shown, loc="left", fontsize=9.5, fontweight="bold", wrap=wraps)


def settle(figure: Figure) -> None:
    """Place everything for good, without drawing it: each file would otherwise place it again."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")


def saved(figure: Figure, form: str) -> bytes:
    """The figure as ``svg`` or ``png``, without the date and version that matplotlib would add.

    To be called inside the ``with`` block of the picture: SVG ids follow its fixed salt. The
    canvases are asked themselves, because ``savefig`` would draw a placed figure twice.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.BytesIO()
    if form == "svg":
        svg: Any = FigureCanvasSVG(figure)
        svg.print_svg(buffer, metadata={"Date": None, "Creator": None})
    else:
        figure.dpi = _DPI * SIZE[0] / figure.get_figwidth()
        png: Any = FigureCanvasAgg(figure)
        # The least effort: more of it takes twice as long and saves nothing on such pictures.
        least = {"compress_level": 1}
        png.print_png(buffer, metadata={"Software": None}, pil_kwargs=least)
    return buffer.getvalue()


def stroke(hue: int, dash: int) -> dict[str, Any]:
    """Keyword arguments that draw a line as the page does; a benchmark has no hue (-1)."""
    if hue < 0:
        return {"color": "black", "linewidth": 1.8}
    return {"color": LIGHT[hue], "linestyle": _DASHES[dash], "linewidth": 1.2}


def _settings() -> dict[Any, Any]:
    family = cjk_font()
    return {
        # Latin letters and digits first: laying out a line in a Chinese font takes twice as long.
        "font.family": ["DejaVu Sans", *([family] if family else [])],
        "text.hinting": "none",
        "font.size": 8,
        "axes.unicode_minus": False,
        "svg.hashsalt": "basketbt",
        "svg.fonttype": "path",
        "savefig.facecolor": "white",
        "text.parse_math": False,
        "text.usetex": False,
    }


def _literal(text: str) -> str:
    """A name from a file on one line."""
    return " ".join(visible(text).split())
