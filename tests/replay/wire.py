"""Requests and replies, and the ways in which a reply can go wrong on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs

Manner = Literal["whole", "drop", "reset", "short", "hang", "drip", "chunked"]


@dataclass(frozen=True)
class Request:
    host: str
    method: str
    path: str
    query: dict[str, str]

    @classmethod
    def parse(cls, host: str, method: str, target: str) -> Request:
        path, _, text = target.partition("?")
        query = {k: v[-1] for k, v in parse_qs(text, keep_blank_values=True).items()}
        return cls(host.lower(), method, path, query)

    @property
    def vendor(self) -> str:
        for end, name in (
            ("eastmoney.com", "eastmoney"),
            ("sina.com.cn", "sina"),
            ("csindex.com.cn", "csindex"),
            ("yahoo.com", "yahoo"),
            ("sse.com.cn", "sse"),
            ("szse.cn", "szse"),
            ("10jqka.com.cn", "ths"),
            ("safe.gov.cn", "safe"),
        ):
            if self.host.endswith(end):
                return name
        return "tencent"


@dataclass(frozen=True)
class Reply:
    """``manner``: whole; drop (no answer at all); reset or short (half of the body, then a reset
    or an orderly end); hang (no answer for a long time); drip (a byte at a time); chunked."""

    body: bytes = b""
    status: int = 200
    type: str = "application/json; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    manner: Manner = "whole"


Fault = Callable[[Request, Callable[[], Reply]], Reply | None]
"""Given a request and a way to get the honest reply: another reply, or None to stay out of it."""


def json_reply(value: Any, status: int = 200) -> Reply:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Reply(text.encode(), status)


def script(text: str) -> Reply:
    return Reply(text.encode(), type="application/javascript; charset=gbk")


HTML = b"<html><head><title>denied</title></head><body>denied</body></html>"
