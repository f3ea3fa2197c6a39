"""The market's rules against answers worked out by hand, and against exact decimal arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from basketbt.data.adjust import adjust
from basketbt.data.bars import CorporateAction
from basketbt.errors import DataError, InputError
from basketbt.market.calendars import as_date, calendar
from basketbt.market.dated import NoRule
from basketbt.market.dividendtax import DIVIDEND_TAX, dividend_tax_rate
from basketbt.market.feerules import FEES, FeeRule
from basketbt.market.fees import Broker, fees
from basketbt.market.limits import (
    LIMITS,
    PriceLimits,
    ex_price,
    half_up_fen,
    limit_fractions,
    limit_prices,
)
from basketbt.market.lots import LOTS, NoLot, lots_of, round_buy, round_sell
from basketbt.market.rules import rules_on
from basketbt.market.symbols import parse_symbol
from support.written import table

ANSWERS = Path(__file__).parent / "answers"

Row = dict[str, str]
FEN = Decimal("0.01")


def number(text: str) -> float:
    return float(text) if text else np.nan


def limits_of(row: Row) -> dict[str, float]:
    fractions = limit_fractions(
        [parse_symbol(row["symbol"])],
        np.array([row["session"]], dtype="datetime64[D]"),
        listed=np.array([row["listed"] or "NaT"], dtype="datetime64[D]"),
        is_st=np.array([row["st"] == "yes"]),
    )
    prices = limit_prices(np.array([[number(row["reference"])]]), fractions)
    return {"up": prices.up[0, 0], "down": prices.down[0, 0]}


def order_sizes_of(row: Row) -> dict[str, float]:
    given = int(row["given"]) if row["given"] else None
    lots = lots_of([parse_symbol(row["symbol"])], date.fromisoformat(row["session"]), [given])
    wanted, held = np.array([float(row["wanted"])]), np.array([int(row["held"])])
    unbounded = lots.order_maximum[0] == np.iinfo(np.int64).max
    return {
        "buy": round_buy(wanted, lots)[0],
        "sell": round_sell(wanted, held, lots)[0],
        "most": np.nan if unbounded else lots.order_maximum[0],
        "settlement": lots.settlement[0],
    }


def fees_of(row: Row) -> dict[str, float]:
    charged = fees(
        np.array([float(row["amount"])]),
        np.array([row["side"] == "sell"]),
        board=row["board"],  # type: ignore[arg-type]
        day=date.fromisoformat(row["session"]),
        broker=Broker(float(row["rate"]), float(row["minimum"]), row["included"] == "yes"),
    )
    kinds = ("commission", "stamp_duty", "transfer", "handling", "levy")
    return {kind: getattr(charged, kind)[0] for kind in kinds}


def reference_of(row: Row) -> dict[str, float]:
    names = ("previous", "cash", "bonus", "rights", "rights_price")
    return {"reference": reference_price(*(number(row[name]) for name in names))}


def reference_price(
    previous: float, cash: float, bonus: float, rights: float, rights_price: float
) -> float:
    """The reference price of the session after one that closed at ``previous``."""
    days = np.array(["2025-01-02", "2025-01-03"], dtype="datetime64[D]")
    action = CorporateAction(
        symbol="600000.SH",
        ex_date=days[1],
        cash=cash,
        bonus=bonus,
        rights=rights,
        rights_price=rights_price,
    )
    return float(adjust(days, np.full(2, previous), None, [action]).reference[1])


def dividend_tax_of(row: Row) -> dict[str, float]:
    days = [date.fromisoformat(row[name]) for name in ("ex_date", "bought", "sold")]
    return {"rate": dividend_tax_rate(row["board"], *days)}  # type: ignore[arg-type]


COMPUTED: dict[str, Callable[[Row], dict[str, float]]] = {
    "limits": limits_of,
    "lots": order_sizes_of,
    "fees": fees_of,
    "reference": reference_of,
    "dividend_tax": dividend_tax_of,
}


def rows(topic: str) -> list[Row]:
    return table(ANSWERS / f"{topic}.csv")


class TestAnswers:
    """Every board, and both sides of every change date, worked out by hand."""

    @pytest.mark.parametrize(
        ("topic", "row"),
        [
            pytest.param(topic, row, id=f"{topic}: {row['case']}")
            for topic in COMPUTED
            for row in rows(topic)
        ],
    )
    def test_the_rules_give_the_answer(self, topic: str, row: Row) -> None:
        for name, value in COMPUTED[topic](row).items():
            assert value == pytest.approx(number(row[name]), abs=0, nan_ok=True), name

    @pytest.mark.parametrize(
        ("topic", "rules"), [("limits", LIMITS), ("lots", LOTS), ("fees", FEES)]
    )
    def test_every_rule_is_used_by_an_answer(self, topic: str, rules: tuple[FeeRule, ...]) -> None:
        used = [(board_of(row), date.fromisoformat(row["session"])) for row in rows(topic)]
        for rule in rules:
            assert any(board in rule.boards and rule.holds_on(day) for board, day in used), rule

    @pytest.mark.parametrize(
        ("topic", "rules"),
        [("limits", LIMITS), ("lots", LOTS), ("fees", FEES), ("dividend_tax", DIVIDEND_TAX)],
    )
    def test_there_is_an_answer_on_both_sides_of_every_change(
        self, topic: str, rules: tuple[FeeRule, ...]
    ) -> None:
        # On the last session before a change and on the first one after it, for every board.
        key = "ex_date" if topic == "dividend_tax" else "session"
        answered = {(board_of(row), date.fromisoformat(row[key])) for row in rows(topic)}
        home = {True: calendar("XHKG"), False: calendar("XSHG")}
        changes = [(board, rule) for rule in rules for board in rule.boards if rule.last]
        assert changes or topic == "lots"
        for board, rule in changes:
            if topic == "dividend_tax" and board != "main":
                continue  # one rule for all mainland boards
            sessions = home[board == "hk"]
            assert rule.last is not None
            last = np.datetime64(rule.last, "D")
            for side in (sessions.on_or_before(last), sessions.first_after(rule.last)):
                assert (board, as_date(side)) in answered, (topic, board, side, rule)

    def test_every_board_has_answers_of_every_kind(self) -> None:
        boards = {"main", "chinext", "star", "bse", "hk"}
        for topic in ("limits", "lots", "fees", "dividend_tax"):
            assert {board_of(row) for row in rows(topic)} >= boards, topic


def board_of(row: Row) -> str | None:
    return row["board"] if "board" in row else parse_symbol(row["symbol"]).board


def half_up(value: Decimal) -> float:
    return float(value.quantize(FEN, ROUND_HALF_UP))


@pytest.mark.parametrize("percent", [5, 10, 20, 30, 36, 44])
def test_limits_equal_decimal_arithmetic_for_every_price_up_to_400_yuan(percent: int) -> None:
    fen = np.arange(1, 40_001)
    fraction = np.full(fen.shape, percent / 100)
    prices = limit_prices(fen / 100, PriceLimits(fraction, fraction))
    for side, sign in ((prices.up, 1), (prices.down, -1)):
        factor = 1 + sign * Decimal(percent) / 100
        assert side.tolist() == [half_up(Decimal(int(one)) * FEN * factor) for one in fen]


ratio = st.integers(0, 2_000_000).map(lambda units: Decimal(units) / 1_000_000)


@given(
    previous=st.integers(100, 1_000_000),
    cash=st.integers(0, 500_000),
    bonus=ratio,
    rights=ratio,
    rights_price=st.integers(0, 5_000),
)
def test_reference_prices_equal_decimal_arithmetic(
    previous: int, cash: int, bonus: Decimal, rights: Decimal, rights_price: int
) -> None:
    close, paid, price = previous * FEN, Decimal(cash) / 1_000_000, rights_price * FEN
    exact = (close - paid + price * rights) / (1 + bonus + rights)
    given_as_floats = [float(one) for one in (close, paid, bonus, rights, price)]
    assert half_up_fen(np.array(ex_price(*given_as_floats))) == half_up(exact)
    unrounded = ex_price(*given_as_floats)
    assert unrounded == pytest.approx(float(exact), rel=1e-12)
    assume(exact > 0)
    assert reference_price(*given_as_floats) == half_up(exact)


def exact_fee(rule: FeeRule, amount: Decimal, sells: bool) -> Decimal:
    if amount == 0 or (rule.sell_only and not sells):
        return Decimal(0)
    fee = amount * Decimal(repr(rule.rate))
    unit, way = (Decimal(1), ROUND_CEILING) if rule.whole_dollars else (FEN, ROUND_HALF_UP)
    fee = max(fee.quantize(unit, way), Decimal(repr(rule.minimum)))
    return fee if rule.maximum is None else min(fee, Decimal(repr(rule.maximum)))


@given(
    fen=st.lists(st.integers(0, 10**12), min_size=1, max_size=5),
    board=st.sampled_from(["main", "chinext", "star", "bse", "hk"]),
    day=st.dates(date(2023, 1, 3), date(2026, 11, 1)),
    sells=st.booleans(),
    rate=st.sampled_from(["0", "0.00012", "0.00025", "0.0003", "0.003"]),
)
def test_fees_equal_decimal_arithmetic(
    fen: list[int], board: str, day: date, sells: bool, rate: str
) -> None:
    amounts = [one * FEN for one in fen]
    charged = fees(
        np.array([float(one) for one in amounts]),
        np.array(sells),
        board=board,  # type: ignore[arg-type]
        day=day,
        broker=Broker(float(rate), 5.0, includes_exchange_fees=False),
    )
    for position, amount in enumerate(amounts):
        commission = max((amount * Decimal(rate)).quantize(FEN, ROUND_HALF_UP), Decimal(5))
        assert charged.commission[position] == (float(commission) if amount else 0)
        for kind in ("stamp_duty", "transfer", "handling", "levy"):
            exact = sum(
                exact_fee(rule, amount, sells)
                for rule in FEES
                if rule.kind == kind and board in rule.boards and rule.holds_on(day)
            )
            assert getattr(charged, kind)[position] == float(exact), kind


class TestManySecurities:
    """Boards, listing dates and warnings side by side give what each gives alone."""

    def test_limits_of_a_market_are_those_of_its_shares(self) -> None:
        cases = rows("limits")
        sessions = np.unique(np.array([row["session"] for row in cases], dtype="datetime64[D]"))
        listed = np.array([row["listed"] or "NaT" for row in cases], dtype="datetime64[D]")
        warned = np.array([row["st"] == "yes" for row in cases])
        together = limit_fractions(
            [parse_symbol(row["symbol"]) for row in cases], sessions, listed=listed, is_st=warned
        )
        assert together.up.shape == together.down.shape == (len(sessions), len(cases))
        for column, row in enumerate(cases):
            alone = limit_fractions(
                [parse_symbol(row["symbol"])],
                sessions,
                listed=listed[column : column + 1],
                is_st=np.broadcast_to(warned[column], (len(sessions), 1)),
            )
            np.testing.assert_array_equal(together.up[:, column], alone.up[:, 0])
            np.testing.assert_array_equal(together.down[:, column], alone.down[:, 0])

    def test_no_security_gives_an_empty_table(self) -> None:
        sessions = np.array(["2025-02-05"], dtype="datetime64[D]")
        assert limit_fractions([], sessions).up.shape == (1, 0)
        assert lots_of([], sessions[0], []).minimum.shape == (0,)


class TestRefusals:
    def test_a_hong_kong_share_without_a_lot_is_named(self) -> None:
        with pytest.raises(NoLot, match=r"6682\.HK: the board lot is not known") as caught:
            lots_of([parse_symbol("6682.HK")], date(2025, 2, 5), [None])
        assert "instruments table" in caught.value.hint
        assert caught.value.exit_code == 3

    def test_an_index_cannot_be_ordered(self) -> None:
        with pytest.raises(DataError, match=r"000300\.SH is not a share"):
            lots_of([parse_symbol("000300.SH")], date(2025, 2, 5), [None])

    def test_a_trade_before_the_records_says_when_they_begin(self) -> None:
        with pytest.raises(NoRule, match="no stamp duty of the main board") as caught:
            fees(
                np.array([1.0]),
                np.array([True]),
                board="main",
                day=date(2007, 1, 4),
                broker=Broker(),
            )
        assert "2008-09-19" in caught.value.hint
        with pytest.raises(NoRule, match="no order size of the star board"):
            lots_of([parse_symbol("688111.SH")], date(2018, 1, 4), [None])

    @pytest.mark.parametrize(("rate", "minimum"), [(-0.1, 5), (0.25, 5), (0.001, -1)])
    def test_a_commission_in_the_wrong_unit_is_refused(self, rate: float, minimum: float) -> None:
        with pytest.raises(InputError, match="between 0 and"):
            Broker(rate, minimum)


class TestRuleBook:
    @pytest.mark.parametrize(
        "rules", [LIMITS, LOTS, FEES, DIVIDEND_TAX], ids=["limits", "lots", "fees", "tax"]
    )
    def test_intervals_of_a_rule_neither_overlap_nor_leave_a_day_out(
        self, rules: tuple[FeeRule, ...]
    ) -> None:
        series: dict[tuple[object, ...], list[FeeRule]] = {}
        for rule in rules:
            for board in rule.boards:
                key = (board, getattr(rule, "state", ""), getattr(rule, "name", ""))
                series.setdefault(key, []).append(rule)
        for following in series.values():
            for before, after in pairwise(following):
                assert before.last is not None
                assert (after.first - before.last).days == 1
            assert following[-1].last in (None, date(2020, 8, 23))  # ChiNext ST: merged into 20 %

    def test_every_rule_names_its_source(self) -> None:
        for line in rules_on(date(2025, 2, 5)):
            assert len(line.source) > 10
            assert line.value

    def test_the_rules_of_a_day_change_with_the_day(self) -> None:
        def st_of(day: date) -> list[str]:
            return [one.value for one in rules_on(day, "main") if one.value.startswith("ST")]

        assert st_of(date(2026, 7, 5)) == ["ST: +5% / -5%"]
        assert st_of(date(2026, 7, 6)) == ["ST: +10% / -10%"]


@pytest.mark.market
def test_no_real_close_lies_outside_its_limits(market: Path) -> None:
    import pyarrow.parquet as pq

    columns = ["symbol", "date", "close", "adj_factor", "quality"]
    bars = pq.read_table(market / "bars.parquet", columns=columns)
    frame = bars.to_pandas().sort_values(["symbol", "date"])
    frame = frame[~frame["symbol"].str.endswith(".HK")]
    outside = []
    for symbol, bars in frame.groupby("symbol"):
        factor = bars["adj_factor"].to_numpy()
        close = bars["close"].to_numpy()
        restated = np.floor(close[:-1] * factor[:-1] / factor[1:] * 100 + 0.5) / 100
        sessions = bars["date"].to_numpy().astype("datetime64[D]")
        fractions = limit_fractions([parse_symbol(str(symbol))], sessions[1:])
        limits = limit_prices(restated[:, None], fractions)
        wrong = (close[1:] > limits.up[:, 0] + 0.011) | (close[1:] < limits.down[:, 0] - 0.011)
        outside += [f"{symbol} {day}" for day in sessions[1:][wrong]]
    assert len(frame) > 148_000
    # The first sessions of a listing are free.
    assert {one.split()[0] for one in outside} <= {
        *("688629.SH", "301018.SZ", "688327.SH", "301236.SZ")
    }
