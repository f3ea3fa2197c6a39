"""What the price commands accept: a study, or a basket with a range of days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from basketbt.errors import InputError, UnknownName

if TYPE_CHECKING:
    from basketbt.baskets.model import Basket
    from basketbt.config.study import StudyFile
    from basketbt.prices.data import PriceRequest
    from basketbt.prices.sources.routes import Route

BENCHMARK = "000300.SH"
BEFORE, AFTER = timedelta(days=300), timedelta(days=120)  # around a list's publication


class BadDay(InputError):
    template = "{text!r} is not a date"
    fix = "Write it as YYYY-MM-DD, e.g. 2025-01-20."


class OneShare(InputError):
    template = "{symbol} is one security; prices are fetched for a study or a list"
    fix = "Name a study, or put it into a list: `basketbt init basket mine/list`."


def price_request(
    target: str, settings: Sequence[str], start: str | None, end: str | None
) -> PriceRequest:
    """The prices that a study needs; or a basket, from 300 days before its publication to 120
    days after, unless ``start`` and ``end`` say otherwise.

    Raises what reading a study or basket raises, or ``BadDay``.
    """
    study = study_of(target, settings)
    if study is not None:
        from basketbt.plan.study import make_plan

        return make_plan(study).request
    return _basket_request(basket_of(target), start, end)


def route(text: str) -> Route:
    """The route of that name. Raises ``UnknownName``."""
    from basketbt.sources import ROUTES

    if text not in ROUTES:
        raise UnknownName(kind="vendor route", name=text, nearest="", known=", ".join(ROUTES))
    return ROUTES[text]


def vendor_pair(text: str) -> tuple[str, str]:
    """Two different vendors out of ``sina,eastmoney``. Raises ``UnknownName``."""
    from basketbt.prices.sources.routes import VENDORS

    names = tuple(part.strip() for part in text.split(","))
    if unknown := [name for name in names if name not in VENDORS]:
        raise UnknownName(kind="vendor", name=unknown[0], nearest="", known=", ".join(VENDORS))
    if len(names) != 2 or names[0] == names[1]:
        raise UnknownName(
            kind="pair of vendors", name=text, nearest="", known="two of " + ", ".join(VENDORS)
        )
    return names[0], names[1]


def study_of(target: str, settings: Sequence[str]) -> StudyFile | None:
    """The study of that file or name; None when it can only be a basket."""
    from basketbt.config.study import load_study
    from basketbt.shipped import find_study
    from basketbt.yamlfile import load

    path = find_study(Path(target))
    if not path.is_file():
        return None
    if "study" not in load(path).data:
        return None
    return load_study(path, settings)


def basket_of(target: str) -> Basket:
    from basketbt.baskets.library import find_library
    from basketbt.errors import BadSymbol
    from basketbt.market.symbols import parse_symbol

    try:
        raise OneShare(symbol=parse_symbol(target).canonical)
    except BadSymbol:
        return find_library().select([target])[0]


def _basket_request(basket: Basket, start: str | None, end: str | None) -> PriceRequest:
    import numpy as np

    from basketbt.market.symbols import parse_symbol
    from basketbt.prices.data import PriceRequest

    published = basket.source.published
    currencies = {parse_symbol(symbol).currency for symbol in basket.symbols} - {"CNY"}
    return PriceRequest(
        symbols=tuple(dict.fromkeys(basket.symbols)),
        indexes=(BENCHMARK,),
        start=np.datetime64(checked_day(start) if start else published - BEFORE, "D"),
        end=np.datetime64(checked_day(end) if end else published + AFTER, "D"),
        fx=tuple(sorted(f"{currency}CNY" for currency in currencies)),
    )


def checked_day(text: str) -> str:
    """An ISO date as it was written. Raises ``BadDay``."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadDay(text=text) from None
