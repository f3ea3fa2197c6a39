"""docs/grid-benchmarks.md and its plot, from what grid_speed.py and grid_study.py measured."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

HEAD = """# Grids: measured

<!-- Written by benchmarks/grid_speed.py --write; the last table by grid_study.py --write. -->

```sh
python benchmarks/grid_speed.py --write
python benchmarks/grid_study.py --write
```

{machine}. Medians; sides of a comparison take turns in one process, and their levels are equal to
1e-9 before anything is timed. A side that takes less than 50 ms runs that long in its turn; *first*
is the first run of a turn, when another side has just filled the caches. Read ratios rather than
milliseconds where the cores are shared with other work.
"""
STUDY_MARK = "## A whole study"


def machine() -> str:
    """Processor, cores, versions."""
    names = ("numpy", "numba", "vectorbt", "vectorbt-rust", "bt", "dask")
    cores = _cores()
    return f"{_processor()}, {cores} cores, Python {platform.python_version()}, " + ", ".join(
        f"{name} {version(name)}" for name in names
    )


def page(found: dict[str, Any]) -> str:
    """The page up to the whole study, which is kept from the page that is there."""
    product, random, processes = found["product"], found["random"], found["processes"]
    lines = [
        HEAD.format(machine=machine()),
        in_short(found),
        "",
        "## Against vectorbt and bt",
        "",
        (
            "100 equal baskets of 30 of 300 shares, 750 sessions: levels, total return, mean, "
            "volatility, maximum drawdown. Every side starts from a table of prices and a table of "
            "weights."
        ),
        "",
        (
            "| rebalance | basketbt | first | vectorbt (Numba) | vectorbt (Rust) | bt "
            "| × best vectorbt | first | × bt |"
        ),
        "|:---|---:|---:|---:|---:|---:|---:|---:|---:|",
        *map(_peer_line, found["peers"]),
        "",
        "## Against the machine",
        "",
        "| work | measured | must reach |",
        "|:---|---:|---:|",
        (
            "| 10,000 × 300 dense, 750 sessions, the bare float64 product "
            f"| {ms(product['product'])} | |"
        ),
        (
            f"| the same with levels and 4 statistics | {ms(product['four'])}, "
            f"{product['ratio']:.2f} × the product | ≤ 2 × |"
        ),
        (
            f"| the same with all statistics, CVaR too | {ms(product['all'])}, "
            f"{product['all'] / product['product']:.2f} × | |"
        ),
        f"| its peak memory, imports included | {found['dense_peak']:.0f} MB | ≤ 500 MB |",
    ]
    if random:
        lines += [
            (
                f"| {random['draws']:,} random baskets of 30 from {random['shares']:,} real shares "
                f"× {random['sessions']} sessions, drawn, all statistics "
                f"| {random['seconds']:.2f} s | ≤ 4 s |"
            ),
            (
                f"| its peak memory, the market read included | {found['random_peak']:.0f} MB "
                "| ≤ 1 GB |"
            ),
        ]
    lines += [
        (
            "| 1 → 2 worker processes through Dask, 409,600 random baskets of 30 of 300, prices "
            f"sent and results fetched, best of 5 rounds | {processes['grid']:.2f} × "
            f"(the bare product: {processes['bare']:.2f} ×) | ≥ 1.6 × |"
        ),
        "",
        "## As it grows",
        "",
        (
            "Levels and 4 statistics, hold, one thread, one size growing a hundredfold: baskets of "
            "10 of 100 shares over 250 sessions, 1,024 baskets where baskets do not grow."
        ),
        "",
        "![time as baskets, shares and sessions grow](grid-benchmarks.svg)",
        "",
    ]
    for name, points in found["growth"].items():
        lines += [
            f"| {name} | " + " | ".join(f"{size:,}" for size, _ in points) + " |",
            "|:---|" + "---:|" * len(points),
            "| time | " + " | ".join(ms(taken) for _, taken in points) + " |",
            "",
        ]
    lines += far_line(found["far"])
    return "\n".join(lines) + kept()


def in_short(found: dict[str, Any]) -> str:
    """The paragraph that the README quotes."""
    slowest = min(line["over_vectorbt"] for line in found["peers"])
    least = min(line["over_bt"] for line in found["peers"])
    said = (
        "**In short.** 100 baskets of 30 shares over 750 sessions, levels and statistics, take "
        f"{ms(found['peers'][0]['basketbt'])}: {slowest:,.0f} times faster than vectorbt's better "
        f"engine and {least:,.0f} times faster than bt under the rebalance that suits them best. "
        f"10,000 baskets of 300 shares take {found['product']['ratio']:.1f} times the bare matrix "
        "product of that shape"
    )
    random = found["random"]
    if random:
        said += (
            f", and {random['draws']:,} random baskets of 30 from {random['shares']:,} real shares "
            f"over {random['sessions']} sessions {random['seconds']:.1f} s and "
            f"{found['random_peak']:.0f} MB"
        )
    return said + ". One process, two, or a cluster give the same bytes."


def far_line(far: dict[str, float]) -> list[str]:
    """What ten million baskets would take, from what a few thousand took."""
    hours = far["seconds"] / far["baskets"] * 1e7 / 3600
    return [
        "## 5,000 shares, 20 years, ten million random baskets",
        "",
        (
            f"{far['baskets']:,} random baskets of 30 from {far['shares']:,} shares over "
            f"{far['sessions']:,} sessions took {far['seconds']:.1f} s on one thread (levels and "
            f"all statistics; drawing included), {far['seconds'] / far['baskets'] * 1e6:.0f} µs a "
            f"basket, {far['peak']:.0f} MB at the peak. Ten million would take **{hours:.1f} core "
            f"hours**: {hours * 60 / 2:.0f} minutes on these two cores, "
            f"{hours * 60 / 64:.1f} minutes on 64."
        ),
        "",
    ]


def kept() -> str:
    """The table of whole studies as it stands on the page, until grid_study.py writes it anew."""
    path = Path(__file__).resolve().parents[1] / "docs" / "grid-benchmarks.md"
    if not path.exists():
        return ""
    _, mark, rest = path.read_text(encoding="utf-8").partition(STUDY_MARK)
    return f"\n{mark}{rest}" if mark else ""


def _peer_line(line: dict[str, Any]) -> str:
    note = "" if line["bt_baskets"] == 100 else f" (from {line['bt_baskets']})"
    return (
        f"| {line['rule']} | {ms(line['basketbt'])} | {ms(line['basketbt first'])} "
        f"| {ms(line['vectorbt numba'])} | {ms(line['vectorbt rust'])} | {ms(line['bt'])}{note} "
        f"| {line['over_vectorbt']:,.0f} | {line['over_vectorbt_first']:,.0f} "
        f"| {line['over_bt']:,.0f} |"
    )


def ms(taken: float) -> str:
    """Milliseconds with three digits, or seconds."""
    return f"{taken:.3g} s" if taken >= 1 else f"{taken * 1000:.3g} ms"


def plot(found: dict[str, Any], path: Path) -> None:
    """Time against size, both logarithmic, with a line of slope 1."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "basketbt", "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 3), layout="constrained")
        panels = figure.subplots(1, len(found["growth"]))
        for axes, (name, points) in zip(panels, found["growth"].items(), strict=True):
            sizes, taken = zip(*points, strict=True)
            scale = [taken[-1] * size / sizes[-1] for size in sizes]
            axes.loglog(sizes, [t * 1000 for t in taken], "o-", color="#3b5b92", label="measured")
            axes.loglog(sizes, [t * 1000 for t in scale], ":", color="#888888", label="linear")
            axes.set_title(name, fontsize=10)
            axes.set_ylabel("ms", fontsize=8)
            axes.tick_params(labelsize=7)
        panels[0].legend(fontsize=7, frameon=False)
        figure.savefig(path, metadata={"Date": None})


def _processor() -> str:
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        for line in cpu.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _cores() -> int:
    from basketbt.sweep.schedulers import usable_cores

    return usable_cores()
