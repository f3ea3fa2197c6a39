"""Concept boards: Eastmoney's paged lists, fields in the order of its answers; 同花顺's pages."""

from __future__ import annotations

from collections.abc import Sequence

from replay.wire import HTML, Reply, Request, json_reply

BOARDS = {"BK1188": "DeepSeek概念", "BK0800": "人工智能", "BK1173": "首发经济"}
# code, market, name: shares of three exchanges, and a B share that no list can hold
MEMBERS = (
    ("688111", 1, "金山办公"),
    ("000034", 0, "神州数码"),
    ("300624", 0, "万兴科技"),
    ("920819", 0, "颖泰生物"),
    ("900901", 1, "云赛B股"),
)
PAGE = 2
_BOARD_FIELDS = (2, 3, 4, 8, 11, 12, 14, 15, 16, 17, 18, 20, 21, 22, 24, 25, 33, 62, 104, 105,
                 107, 124, 128, 140, 141, 136)  # fmt: skip
_SHARE_FIELDS = (*range(1, 19), *range(20, 26), 45, 62, 115, 128, 140, 141, 136, 152)


def _row(fields: Sequence[int], **known: object) -> dict[str, object]:
    return {f"f{number}": 1.0 for number in fields} | known


def answer(request: Request) -> Reply:
    """One page of the boards, or of the members of BK1188; an unknown board has none."""
    wanted = request.query["fs"]
    if wanted.startswith("m:90"):
        rows = [_row(_BOARD_FIELDS, f12=code, f14=name) for code, name in BOARDS.items()]
    elif wanted.startswith("b:BK1188"):
        rows = [
            _row(_SHARE_FIELDS, f12=code, f13=market, f14=name) for code, market, name in MEMBERS
        ]
    else:
        return json_reply({"rc": 0, "data": None})
    page = int(request.query["pn"])
    part = rows[(page - 1) * PAGE : page * PAGE]
    return json_reply({"rc": 0, "data": {"total": len(rows), "diff": part}})


def ths(request: Request) -> Reply | None:
    """The index of 同花顺's boards, or a page of the members of 308832; GBK, as the site sends."""
    if request.path == "/gn/":
        links = (
            f'<a href="http://q.10jqka.com.cn/gn/detail/code/{code}/" target="_blank">{name}</a>'
            for code, name in (("308832", "DeepSeek概念"), ("309264", "AI智能体"))
        )
        return _page(f'<div class="cate_inner">{" ".join(links)}</div>')
    parts = request.path.strip("/").split("/")
    if parts[:2] != ["gn", "detail"] or not request.path.endswith("/code/308832/"):
        return Reply(HTML, 404, "text/html")
    page = int(parts[parts.index("page") + 1])
    rows = "".join(
        f'<tr><td>1</td><td><a href="http://stockpage.10jqka.com.cn/{code}/">{code}</a></td>'
        f'<td><a href="http://stockpage.10jqka.com.cn/{code}">{name}</a></td><td>1.00</td></tr>'
        for code, _, name in MEMBERS[(page - 1) * PAGE : page * PAGE]
    )
    pages = -(-len(MEMBERS) // PAGE)
    return _page(
        f'<table class="m-table m-pager-table"><tbody>{rows}</tbody></table>'
        f'<div class="m-page J-ajax-page"><span class="page_info">{page}/{pages}</span></div>'
    )


def _page(body: str) -> Reply:
    return Reply(f"<html>{body}</html>".encode("gbk"), type="text/html; charset=gbk")
