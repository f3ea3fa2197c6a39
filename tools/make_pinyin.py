"""Make market/securities/pinyin.txt: how the characters in names of shares are read.

pypinyin (MIT) reads them; to load it takes a quarter of a second, the table a millisecond.
"""

from __future__ import annotations

import re
from pathlib import Path

from pypinyin import lazy_pinyin

FOLDER = Path(__file__).resolve().parents[1] / "src/basketbt/market/securities"
HEAD = """\
# How characters in names of shares are read, by syllable; then names in which one of them is read
# otherwise. Made by tools/make_pinyin.py with pypinyin.
"""
HAN = re.compile("[\u4e00-\u9fff]")
NAME = re.compile(r"[\u4e00-\u9fff][\w\u4e00-\u9fff]*")


def table(names: set[str]) -> str:
    """The lines of the table for these names."""
    alone = {sign: lazy_pinyin(sign)[0] for sign in sorted(set(HAN.findall("".join(names))))}
    syllables: dict[str, str] = {}
    for sign, syllable in alone.items():
        syllables[syllable] = syllables.get(syllable, "") + sign
    lines = [f"{syllable} {signs}" for syllable, signs in sorted(syllables.items())]
    for name in sorted({"".join(HAN.findall(name)) for name in names}):
        read = lazy_pinyin(name)
        if read != [alone[sign] for sign in name]:
            lines.append(f"{name} {' '.join(read)}")
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    text = (FOLDER / "names.txt").read_text(encoding="utf-8")
    (FOLDER / "pinyin.txt").write_text(table(set(NAME.findall(text))), encoding="utf-8")
