"""From the content of a file to a :class:`Basket`; composites from the baskets they are made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import get_args

from basketbt.durable import sha256
from basketbt.lists.model import Basket, Block, Constituent, Place, Source, Stance
from basketbt.lists.schema import CompositeFile, ConstituentFile, ListFile


def basket_of_list(basket_id: str, file: ListFile) -> Basket:
    """A list as a basket: one block with every share."""
    constituents = tuple(_constituent(row, file) for row in file.constituents)
    places = tuple(_place(position, each) for position, each in enumerate(constituents))
    return _basket(basket_id, file, constituents, (Block(share=1.0, places=places),), ())


def basket_of_composite(
    basket_id: str, file: CompositeFile, components: Sequence[Basket]
) -> Basket:
    """A composite of ``components`` (lists, in the order of the file).

    A share that several lists name is one constituent, described by the first list that names
    it; its stance is the best of theirs, and it is named if any of them names it.
    """
    constituents, position_of = _merged(components)
    if file.composite.rule == "votes":
        counts = {symbol: len(brokers) for symbol, brokers in _brokers(components).items()}
        constituents = tuple(replace(each, votes=counts[each.symbol]) for each in constituents)
        places = tuple(_place(position, each) for position, each in enumerate(constituents))
        blocks: tuple[Block, ...] = (Block(share=1.0, places=places),)
    else:
        blocks = tuple(
            Block(
                share=1.0 / len(components),
                places=tuple(
                    _place(position_of[each.symbol], each) for each in component.constituents
                ),
            )
            for component in components
        )
    ids = tuple(component.id for component in components)
    return _basket(basket_id, file, constituents, blocks, ids)


def _constituent(row: ConstituentFile, file: ListFile) -> Constituent:
    return Constituent(
        **row.model_dump(exclude={"segment"}),
        segment_zh=row.segment,
        segment_en=file.segments.get(row.segment) if row.segment else None,
    )


def _place(member: int, constituent: Constituent) -> Place:
    return Place(
        member=member,
        stance=constituent.stance,
        segment=constituent.segment_zh,
        weight=constituent.weight,
    )


def _merged(components: Sequence[Basket]) -> tuple[tuple[Constituent, ...], dict[str, int]]:
    """Every share once, in order of first appearance, and its position.

    Weights that a list gives hold inside that list only (see ``Place``), so they are dropped.
    """
    merged: dict[str, Constituent] = {}
    for each in (each for component in components for each in component.constituents):
        first = merged.get(each.symbol, replace(each, weight=None))
        merged[each.symbol] = replace(
            first,
            stance=min(first.stance, each.stance, key=get_args(Stance).index),
            origin="named" if "named" in (first.origin, each.origin) else "mapped",
            former_names=tuple(dict.fromkeys(first.former_names + each.former_names)),
            lot=first.lot or each.lot,
        )
    return tuple(merged.values()), {symbol: position for position, symbol in enumerate(merged)}


def _brokers(components: Sequence[Basket]) -> dict[str, set[str]]:
    """Which brokers name each symbol; two lists of one broker are one voice."""
    brokers: dict[str, set[str]] = {}
    for component in components:
        for symbol in component.symbols:
            brokers.setdefault(symbol, set()).add(component.broker)
    return brokers


def _basket(
    basket_id: str,
    file: ListFile | CompositeFile,
    constituents: tuple[Constituent, ...],
    blocks: tuple[Block, ...],
    components: tuple[str, ...],
) -> Basket:
    basket = Basket(
        id=basket_id,
        broker=file.broker,
        broker_zh=file.broker_zh,
        broker_en=file.broker_en or file.broker_zh,
        theme_zh=file.theme.zh,
        theme_en=file.theme.en,
        source=Source(**file.source.model_dump()),
        notes=file.notes.strip(),
        constituents=constituents,
        blocks=blocks,
        components=components,
        digest="",
    )
    return replace(basket, digest=digest_of(basket))


def digest_of(basket: Basket) -> str:
    """SHA-256 of everything but the id, which follows from where the file lies, and evidence."""
    content = asdict(basket)
    del content["id"], content["digest"]
    for constituent in content["constituents"]:
        del constituent["evidence"]
    if not basket.source.url:
        del content["source"]["url"]
    text = json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    )
    return sha256(text)
