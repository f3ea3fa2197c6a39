"""Commands on lists and baskets: list, show, check, overlap, init, schema."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from basketbt.cli.console import Json, say, say_json, say_table, warn
from basketbt.cli.language import screen_language
from basketbt.errors import InputError
from basketbt.notes import Counted, listing, message

if TYPE_CHECKING:
    from basketbt.lists.history import Issue
    from basketbt.lists.library import Library
    from basketbt.lists.model import Basket
    from basketbt.lists.overlap import Overlap

_LARGEST = 20_000_000  # bytes of a table of shares
Folder = Annotated[
    Path | None,
    typer.Option("--baskets", help="Folder of lists; default: the nearest `baskets`, then ours."),
]


class OneBasket(InputError):
    """Field: basket."""


class FileKind(StrEnum):
    """What `init` and `schema` can be asked for."""

    BASKET = "basket"
    STUDY = "study"


class BoardVendor(StrEnum):
    """Whose boards: two vendors draw the same concept differently."""

    EASTMONEY = "eastmoney"
    THS = "ths"


def register(app: typer.Typer) -> None:
    """Add the commands to the command tree."""
    app.command("list")(list_)
    for command in (show, check, overlap, init, schema):
        app.command()(command)


def list_(folder: Folder = None, as_json: Json = False) -> None:
    """List every basket: broker, theme, number of shares, date of publication."""
    from basketbt.lists.catalogue import summaries
    from basketbt.lists.library import find_library

    rows = summaries(find_library(folder))
    if as_json:
        say_json(rows)
        return
    say_table(
        ("basket", "broker", "theme", "", "names", "named", "mapped", "published"),
        [
            (
                *(row.id, row.broker_zh, row.theme_zh, row.theme_en),
                *(row.names, row.named, row.mapped, row.published),
            )
            for row in rows
        ],
    )


def show(
    basket: Annotated[str, typer.Argument(help="Id (guojin/software) or path of a YAML file.")],
    weighting: Annotated[
        list[str] | None,
        typer.Option(help='equal, by_segment, stance, "stance 3:1 cap 10%", …; several allowed.'),
    ] = None,
    as_history: Annotated[
        bool,
        typer.Option(
            "--history", help="Issues of the list: added, dropped, kept.", show_default=False
        ),
    ] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show a basket: its shares, where each comes from, and their weights."""
    from basketbt.lists.library import find_library

    library = find_library(folder)
    baskets = library.select([basket])
    if as_history:
        from basketbt.lists.history import history

        issues = [history(library, one) for one in baskets]
        if as_json:
            say_json([issue for own in issues for issue in own])
            return
        for own in issues:
            _say_history(library, own)
        return
    weights = [_weights(one, weighting or ["equal"]) for one in baskets]
    if as_json:
        say_json([_as_data(*both) for both in zip(baskets, weights, strict=True)])
        return
    for one, own_weights in zip(baskets, weights, strict=True):
        _say_basket(one, own_weights)


def check(
    path: Annotated[
        Path | None, typer.Argument(help="A file or a folder; default: every list.")
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Check lists and studies: every problem in one go, with file, line and what to do."""
    from datetime import datetime

    from basketbt.market.clock import SHANGHAI
    from basketbt.plan.check import check_paths

    verdict = check_paths(path, folder, datetime.now(SHANGHAI).date())
    if as_json:
        found = {"problems": verdict.problems, "warnings": verdict.warnings}
        say_json({key: [vars(one) for one in several] for key, several in found.items()})
        raise typer.Exit(2 if verdict.problems else 0)
    for problem in (*verdict.warnings, *verdict.problems):
        is_warning = problem in verdict.warnings
        warn(message("say-warning", what=problem) if is_warning else problem)
    if verdict.problems:
        count = len(verdict.problems)
        warn(Counted("count.problems", count))
        raise typer.Exit(2)
    say(verdict.summary)


def overlap(
    baskets: Annotated[
        list[str] | None, typer.Argument(help="Ids, globs or paths; default: every list.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, one row per pair.")] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show how many shares baskets have in common, and how much of their equal weights."""
    from basketbt.lists.library import find_library
    from basketbt.lists.overlap import equal_overlap

    library = find_library(folder)
    chosen = library.select(baskets or ["*"])
    if not baskets:
        chosen = tuple(basket for basket in chosen if not basket.components)
    if len(chosen) < 2:
        raise OneBasket(basket=chosen[0].id)
    found = equal_overlap(chosen)
    pairs = list(_pairs(found))
    if as_json:
        say_json([dict(zip(_PAIR, pair, strict=True)) for pair in pairs])
        return
    if csv:
        for row in (_PAIR, *pairs):
            say(",".join(map(str, row)))
        return
    say_table(
        ("", *(str(position) for position in range(1, len(chosen) + 1))),
        [
            (f"{i + 1} {name}", *(count or "·" for count in found.common[i]))
            for i, name in enumerate(found.ids)
        ],
        title=message("say-shares-in-common-on-the"),
        right=range(1, len(chosen) + 1),
    )


def init(
    kind: FileKind,
    name: Annotated[str, typer.Argument(help="basket: BROKER/LIST; study: its name.")],
    from_board: Annotated[
        str | None,
        typer.Option(
            help="basket: today's members of a concept board, e.g. DeepSeek概念 or BK1188."
        ),
    ] = None,
    board_vendor: Annotated[
        BoardVendor, typer.Option(help="Whose board: eastmoney or ths (同花顺).")
    ] = BoardVendor.EASTMONEY,
    from_table: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="basket: a table of codes or names, with weight, segment or stance if it has "
            "them: .xlsx, .xls, .csv, .txt, or - for what is pasted.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a commented file to start from. Nothing is ever overwritten."""
    from basketbt.lists.starting import start_basket, start_study

    if from_table is not None:
        if kind is not FileKind.BASKET or from_board is not None:
            raise typer.BadParameter("--from makes a basket, and of one table")
        written = basket_from_table(name, from_table)
    elif from_board is not None:
        if kind is not FileKind.BASKET:
            raise typer.BadParameter("--from-board makes a basket, not a study")
        written = basket_from_board(name, from_board, board_vendor)
    else:
        written = start_basket(name) if kind is FileKind.BASKET else start_study(name)
    _say_written(written, as_json=as_json)


def _say_written(path: Path, *, as_json: bool) -> None:
    if as_json:
        say_json({"file": str(path)})
    else:
        say(message("say-wrote", path=path))


def basket_from_board(
    name: str, board_name: str, vendor: BoardVendor = BoardVendor.EASTMONEY
) -> Path:
    """Fetch a board's members and write ``baskets/BROKER/LIST.yaml`` from them.

    Raises what ``start_basket`` and asking the vendor raise.
    """
    from datetime import date

    from basketbt.data.sources.akshare.board import concept_board
    from basketbt.data.sources.akshare.ths import ths_board
    from basketbt.data.store import Store, store_path
    from basketbt.lists.starting import start_from_board

    with Store(store_path()) as store:
        ask = ths_board if vendor is BoardVendor.THS else concept_board
        board = ask(board_name, date.today(), store.hosts())  # noqa: DTZ011
    written = start_from_board(name, board.name, board.members, board.retrieved, vendor.value)
    say(
        message(
            "say-shares-left-out",
            count=len(board.members),
            left_out=listing(board.left_out) if board.left_out else message("none"),
        )
    )
    warn(message("say-warning", what=message("say-members-of-today", day=board.retrieved)))
    return written


def basket_from_table(name: str, path: Path) -> Path:
    """Write ``baskets/BROKER/LIST.yaml`` from a table of shares; name every row that is not read.

    Raises ``NoShares``, and what reading the table and ``start_basket`` raise.
    """
    import sys

    from basketbt.bounded import read_plain
    from basketbt.data.sources.files.formats import all_cells
    from basketbt.lists.starting import start_from_table
    from basketbt.plan.tabled import NoShares, tabled

    pasted = str(path) == "-"
    content = sys.stdin.buffer.read(_LARGEST) if pasted else read_plain(path, _LARGEST)
    file = str(message("pasted-text")) if pasted else path.name
    found = tabled(all_cells(file, content))
    unread = [
        message("share-line", line=line, row=row, why=why) for line, row, why in found.left_out
    ]
    if not found.rows:
        raise NoShares(path=file, listing=listing(["", *unread[:12]], "line"))
    written = start_from_table(name, file, found.rows, [*map(str, unread)])
    kind = "say-shares-with-weights" if found.weighted else "say-shares"
    say(message(kind, count=len(found.rows), left_out=len(unread)))
    for text in unread:
        warn(message("say-warning", what=text))
    unsaid = sum(row.stance is None for row in found.rows)
    if unsaid:
        warn(message("say-warning", what=message("say-without-a-stance", count=unsaid)))
    warn(message("say-warning", what=message("say-who-published", path=written)))
    return written


def schema(kind: FileKind) -> None:
    """Print the JSON Schema of list or study files, for editors."""
    import json

    from basketbt.config.study import StudyConfig
    from basketbt.lists.schema import json_schema

    found = json_schema() if kind is FileKind.BASKET else StudyConfig.model_json_schema()
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


def _weights(basket: Basket, labels: Sequence[str]) -> dict[str, Any]:
    """Weights of every constituent by the weighting's label."""
    import numpy as np

    from basketbt.lists.weighting import parse_weighting
    from basketbt.lists.weights import target_weights

    everyone = np.ones(len(basket.constituents), dtype=np.bool_)
    weightings = [parse_weighting(label) for label in labels]
    return {each.label: target_weights(basket, each, present=everyone) for each in weightings}


def _as_data(basket: Basket, weights: dict[str, Any]) -> dict[str, Any]:
    """The basket with the weights of each share in place of how they come about."""
    shares = [
        {**vars(each), "weights": {label: float(one[at]) for label, one in weights.items()}}
        for at, each in enumerate(basket.constituents)
    ]
    return {
        **{name: value for name, value in vars(basket).items() if name != "blocks"},
        "constituents": shares,
    }


def _say_history(library: Library, issues: Sequence[Issue]) -> None:
    names = {
        one.symbol: one.name_zh
        for issue in issues
        for one in library.select([issue.id])[0].constituents
    }
    say_table(
        ("list", "published", "added", "dropped", "kept"),
        [
            (
                *(issue.id, issue.published),
                *(
                    " ".join(names[symbol] for symbol in symbols)
                    for symbols in (issue.added, issue.dropped)
                ),
                len(issue.kept),
            )
            for issue in issues
        ],
    )


_PAIR = ("basket", "other", "common", "jaccard", "weight_overlap")


def _pairs(found: Overlap) -> Iterator[tuple[str, str, int, float, float]]:
    """The cells of ``_PAIR`` for each pair."""
    for i, name in enumerate(found.ids):
        for j, other in enumerate(found.ids[:i]):
            jaccard, weight = float(found.jaccard[i, j]), float(found.weight[i, j])
            yield name, other, int(found.common[i, j]), jaccard, weight


def _say_basket(basket: Basket, weights: dict[str, Any]) -> None:
    source = basket.source
    chinese = screen_language() == "zh"
    about = f"{basket.broker_zh} {basket.theme_zh}"
    if not chinese:
        about += f" · {basket.broker_en}: {basket.theme_en}"
    say(f"{basket.id} · {about}")
    say(message("say-published", publisher=source.publisher, title=source.title, when=source.when))
    if basket.components:
        say(message("say-made-of", components=listing(basket.components)))
    if basket.notes:
        say(basket.notes)
    say()
    say_table(
        ("symbol", "name", "segment", "stance", "origin", "votes", *weights, "reason"),
        [
            (
                each.symbol,
                each.name_zh,
                each.segment_zh if chinese else each.segment_en,
                each.stance,
                each.origin,
                each.votes,
                *(f"{values[position]:.2%}" for values in weights.values()),
                each.reason,
            )
            for position, each in enumerate(basket.constituents)
        ],
        right=range(6, 6 + len(weights)),
    )
