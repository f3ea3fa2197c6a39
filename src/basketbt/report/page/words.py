"""The words of the page's own furniture."""

from __future__ import annotations

from basketbt.report.phrases import Phrase

WORDS = {
    "study": Phrase("The whole study", "研究整体"),
    "contents": Phrase("Contents", "目录"),
    "skip": Phrase("Skip to the verdict", "跳至结论"),
    "theme": Phrase("Light or dark", "明暗切换"),
    "run": Phrase("Run", "运行编号"),
    "all": Phrase("Show all", "全部显示"),
    "none": Phrase("Hide all", "全部隐藏"),
    "log": Phrase("Log scale", "对数坐标"),
    "lines": Phrase("Lines of the charts below", "下列图中的曲线"),
    "show": Phrase("Show", "显示"),
    "no_script": Phrase(
        "Charts need JavaScript; every number is in the tables below.",
        "图表需要JavaScript；全部数字见下方表格。",
    ),
    "foot": Phrase(
        "Made by basketbt. Same inputs, same bytes. Nothing here is investment advice.",
        "由basketbt生成。相同输入可逐字节复现。本页不构成投资建议。",
    ),
    "day": Phrase("day", "偏移"),
}
