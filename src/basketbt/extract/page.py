"""The article as a page, with what was read as what; no script, nothing from outside."""

from __future__ import annotations

from html import escape
from pathlib import Path

from basketbt.bounded import read_head
from basketbt.extract.reading import Reading

_STYLE = """
body { font: 16px/1.8 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
       color: #1d2430; background: #fff; }
article { white-space: pre-wrap; }
mark { padding: 0 .15em; border-radius: .2em; color: inherit; }
.recommend { background: #cdeccd; } .watch { background: #cfe3fb; }
.neutral { background: #e6e6e6; } .avoid { background: #f8d3cf; }
.unresolved { background: #ffe9a8; outline: 1px dashed #a06a00; }
.theme { background: none; border-bottom: 2px dotted #7a5ac2; }
table { border-collapse: collapse; margin: 1.5rem 0; font-size: .9rem; }
th, td { text-align: left; padding: .25rem .75rem; border-bottom: 1px solid #d8dce3; }
"""
_WORDS = {
    "recommend": "看好 recommend",
    "watch": "关注 watch",
    "neutral": "中性 neutral",
    "avoid": "回避 avoid",
    "unresolved": "待定 unresolved",
    "theme": "仅主题 theme",
}


_BEGINS = (
    '<!DOCTYPE html>\n<html lang="zh"><head><meta name="generator" content="basketbt extract">'
)


def is_page(path: Path) -> bool:
    """Whether a file is a page that :func:`page_of` made."""
    begins = _BEGINS.encode()
    return read_head(path, len(begins)) == begins


def page_of(reading: Reading, text: str) -> str:
    """The page of an article: ``text`` is what :func:`~basketbt.extract.reading.read` was given."""
    key = " ".join(f'<mark class="{name}">{words}</mark>' for name, words in _WORDS.items())
    rows = "".join(
        f"<tr><td>{escape(pick.symbol)}</td><td>{escape(pick.name)}</td>"
        f"<td>{escape(pick.broker or '')}</td><td>{escape(pick.theme or '')}</td>"
        f"<td>{escape(pick.segment or '')}</td><td>{_WORDS[pick.stance]}</td></tr>"
        for pick in reading.picks
    )
    head = "<tr><th>代码</th><th>名称</th><th>机构</th><th>主题</th><th>分段</th><th>立场</th></tr>"
    title = escape(reading.title or "article")
    published = f"{reading.published or ''} {reading.clock or ''}".strip()
    return (
        f'{_BEGINS}<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{title}</h1><p>{escape(published)}</p><p>{key}</p>"
        f"<article>{_marked(reading, text)}</article><table>{head}{rows}</table></body></html>\n"
    )


def _marked(reading: Reading, text: str) -> str:
    spans: dict[int, tuple[int, str, str]] = {}
    for pick in reading.picks:
        said = f"{pick.symbol} {pick.name} · {pick.broker or '?'} · {pick.wording}"
        spans.setdefault(pick.start, (pick.end, pick.stance, said))
    for doubt in reading.unresolved:
        said = f"{doubt.why}: {', '.join(doubt.candidates)}"
        spans.setdefault(doubt.start, (doubt.start + len(doubt.text), "unresolved", said))
    for theme in reading.themes:
        end = theme.start + len(theme.words)
        if not any(theme.start <= start < end for start in spans):
            spans.setdefault(theme.start, (end, "theme", theme.broker or "?"))
    parts, at = [], 0
    for start, (end, kind, said) in sorted(spans.items()):
        if start < at:
            continue
        inner = escape(text[start:end])
        parts += [
            escape(text[at:start]),
            f'<mark class="{kind}" title="{escape(said)}">{inner}</mark>',
        ]
        at = end
    return "".join([*parts, escape(text[at:])])
