"""One account, kept by hand: the oracle of the account book.

Written from docs/account.md and the exchanges' rules, not from the planner: plain loops, Decimal
prices, integer fen, one basket, no NumPy. It knows the rules of sessions from 2023-11-17 to
2025-06-29 only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from basketbt.engine.account.settings import AccountSettings

FEN = Decimal("0.01")
MILLION = 1_000_000

LIMIT = {"main": 10, "chinext": 20, "star": 20, "bse": 30}
MINIMUM = {"main": 100, "chinext": 100, "star": 200, "bse": 100}
STEP = {"main": 100, "chinext": 100, "star": 1, "bse": 1}
HANDLING = {"main": "0.0000341", "chinext": "0.0000341", "star": "0.0000341", "bse": "0.000125"}


@dataclass(frozen=True)
class Bar:
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int


@dataclass(frozen=True)
class Action:
    cash: Decimal = Decimal(0)
    bonus: Decimal = Decimal(0)


@dataclass(frozen=True)
class Share:
    """Bars by row, None where it did not trade; ``before`` the last close before row 0."""

    board: str
    bars: list[Bar | None]
    before: Decimal | None
    actions: dict[int, Action] = field(default_factory=dict)
    st: bool = False
    lot: int | None = None  # Hong Kong
    rates: list[Decimal] | None = None  # yuan for a Hong Kong dollar, by row

    def rate(self, row: int) -> Decimal:
        return self.rates[row] if self.rates else Decimal(1)

    def home(self, price: Decimal, row: int) -> Decimal:
        """In yuan: to the fen at home, to a hundredth of a fen from abroad."""
        return (price * self.rate(row)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Rules:
    cash: int  # fen
    participation: Decimal
    slippage_bps: Decimal
    patience: int
    taxed: bool
    rate: Decimal
    minimum: Decimal
    inside: bool


@dataclass(frozen=True)
class Aim:
    row: int
    moment: str  # open, close
    weights: list[Decimal]


@dataclass(frozen=True)
class Trade:
    row: int
    moment: str
    share: int
    side: str
    wanted: int
    filled: int
    price: Decimal
    cost: int
    reason: str


@dataclass
class Layer:
    row: int
    shares: int
    dividends: list[list[int]] = field(default_factory=list)  # [row of the ex-date, fen]


class SlowLedger:
    """Runs one account through its aims; read ``trades``, ``cash``, ``held``, ``value`` after."""

    def __init__(self, shares: list[Share], days: list[date], rules: Rules) -> None:
        self.shares, self.days, self.rules = shares, days, rules
        self.money = rules.cash
        self.own = [0] * len(shares)
        self.layers: list[list[Layer]] = [[] for _ in shares]
        self.budget = [0] * len(shares)
        self.for_sale = [0] * len(shares)
        self.less_than_one: set[int] = set()  # sales of less than a share
        self.until = -1
        self.trades: list[Trade] = []
        self.cash: list[int] = []
        self.held: list[list[int]] = []
        self.value: list[int] = []

    def run(self, aims: list[Aim]) -> SlowLedger:
        for row in range(len(self.days)):
            self.bought_today = [0] * len(self.shares)
            self.traded_today = [0] * len(self.shares)
            self._corporate_actions(row)
            for moment in ("open", "close"):
                fresh = False
                for aim in aims:
                    if (aim.row, aim.moment) == (row, moment):
                        self._set_out(row, aim)
                        fresh = True
                if fresh or (moment == "open" and row <= self.until):
                    self._sell(row, moment, fresh)
                    self._buy(row, moment, fresh)
            self.cash.append(self.money)
            self.held.append(list(self.own))
            self.value.append(self.money + sum(self._worths(row)))
        return self

    # --- prices ---------------------------------------------------------------------------------

    def _last(self, share: Share, row: int) -> tuple[int, Decimal] | None:
        """The row of the last close at or before a row, and that close."""
        for earlier in range(row, -1, -1):
            bar = share.bars[earlier]
            if bar is not None:
                return earlier, bar.close
        return None if share.before is None else (0, share.before)

    def _mark(self, share: Share, row: int) -> Decimal:
        last = self._last(share, row)
        return share.home(last[1], last[0]) if last else Decimal(0)

    def _worths(self, row: int) -> list[int]:
        return [
            to_fen(owned * self._mark(share, row))
            for owned, share in zip(self.own, self.shares, strict=True)
        ]

    def _reference(self, share: Share, row: int) -> Decimal | None:
        """The close before, restated for what has happened since that bar."""
        found = self._last(share, row - 1)
        if found is None:
            return None
        last = found[1]
        start = row
        while start > 0 and share.bars[start - 1] is None:
            start -= 1
        for day in range(start, row + 1):
            if day in share.actions:
                action = share.actions[day]
                last = (last - action.cash) / (1 + action.bonus)
        return last.quantize(FEN, ROUND_HALF_UP)

    def _limits(self, share: Share, row: int) -> tuple[Decimal | None, Decimal | None]:
        reference = self._reference(share, row)
        if share.board == "hk" or reference is None:
            return None, None
        percent = 5 if share.st and share.board == "main" else LIMIT[share.board]
        up = (reference * (100 + percent) / 100).quantize(FEN, ROUND_HALF_UP)
        down = (reference * (100 - percent) / 100).quantize(FEN, ROUND_HALF_UP)
        return up, down

    def _price(self, share: Share, row: int, moment: str, side: str) -> Decimal:
        bar = share.bars[row]
        if bar is None:
            quoted = self._mark(share, row)
        else:
            quoted = share.home(bar.open if moment == "open" else bar.close, row)
        tick = Decimal("0.0001") if share.board == "hk" else FEN
        worse = self.rules.slippage_bps / 10_000
        up, down = self._limits(share, row) if bar is not None else (None, None)
        if side == "buy":
            price = (quoted * (1 + worse) / tick).to_integral_value(ROUND_CEILING) * tick
            return price if up is None else min(price, max(up, quoted))
        price = (quoted * (1 - worse) / tick).to_integral_value(ROUND_FLOOR) * tick
        price = max(price, tick)
        return price if down is None else max(price, min(down, quoted))

    def _blocked(self, share: Share, row: int, moment: str, side: str) -> str:
        bar = share.bars[row]
        if bar is None:
            listed = self._last(share, row) is not None
            return "suspended" if listed else "not traded"
        up, down = self._limits(share, row)
        if side == "buy" and up is not None:
            one_word = bar.open >= up and bar.low >= up
            if one_word if moment == "open" else bar.close >= up:
                return "limit-up"
        if side == "sell" and down is not None:
            one_word = bar.open <= down and bar.high <= down
            if one_word if moment == "open" else bar.close <= down:
                return "limit-down"
        return ""

    # --- what arrives and what is wanted ----------------------------------------------------------

    def _corporate_actions(self, row: int) -> None:
        for number, share in enumerate(self.shares):
            if share.bars[row] is None or row == 0:
                continue
            day = row
            due = [row] if row in share.actions else []
            while day > 0 and share.bars[day - 1] is None:
                day -= 1
                if day in share.actions and day > 0:
                    due.append(day)
            cash = sum((share.actions[one].cash for one in due), Decimal(0))
            bonus = sum((share.actions[one].bonus for one in due), Decimal(0))
            if cash:
                paid = (cash * share.rate(row)).quantize(Decimal("0.000001"), ROUND_HALF_UP)
                self.money += to_fen(self.own[number] * paid)
                for layer in self.layers[number]:
                    layer.dividends.append([row, to_fen(layer.shares * paid)])
            if bonus:
                self.own[number] += int(self.own[number] * bonus)
                for layer in self.layers[number]:
                    layer.shares += int(layer.shares * bonus)

    def _set_out(self, row: int, aim: Aim) -> None:
        worths = self._worths(row)
        total = self.money + sum(worths)
        self.less_than_one = set()
        for number, share in enumerate(self.shares):
            parts = int((aim.weights[number] * MILLION).to_integral_value())
            wanted = parts * total // MILLION
            self.budget[number] = max(wanted - worths[number], 0)
            mark = self._mark(share, row)
            if parts == 0 and aim.weights[number] == 0:
                self.for_sale[number] = self.own[number]
            elif mark > 0:
                self.for_sale[number] = int(max(worths[number] - wanted, 0) / (mark * 100))
            else:
                self.for_sale[number] = 0
            if worths[number] > wanted and self.for_sale[number] == 0:
                self.less_than_one.add(number)
        self.until = row + self.rules.patience

    # --- orders -----------------------------------------------------------------------------------

    def _room(self, number: int, row: int) -> int:
        bar = self.shares[number].bars[row]
        if bar is None:
            return 0
        most = int(bar.volume * self.rules.participation)
        return max(most - self.traded_today[number], 0)

    def _lot(self, share: Share, wanted: int) -> int:
        minimum = share.lot or MINIMUM[share.board]
        step = share.lot or STEP[share.board]
        if wanted < minimum:
            return 0
        return minimum + (wanted - minimum) // step * step

    def _sell(self, row: int, moment: str, fresh: bool) -> None:
        for number, share in enumerate(self.shares):
            wanted = self.for_sale[number]
            if wanted == 0 and not (fresh and number in self.less_than_one):
                continue
            price = self._price(share, row, moment, "sell")
            blocked = self._blocked(share, row, moment, "sell")
            free = self.own[number]
            if share.board != "hk":
                free -= self.bought_today[number]
            settled = min(wanted, free)
            taken = 0 if blocked else min(settled, self._room(number, row))
            whole = taken if taken >= self.own[number] else self._lot(share, taken)
            fees = self._fees(share, whole, price, row, sell=True)
            filled = whole if to_fen(whole * price) > fees else 0
            fees = fees if filled else 0
            if filled == wanted > 0:
                reason = ""
            elif blocked:
                reason = blocked
            elif settled < wanted:
                reason = "T+1"
            elif taken < settled:
                reason = "participation"
            else:
                reason = "cash" if filled < whole else "lot"
            tax = self._tax(number, filled, row)
            self.money += to_fen(filled * price) - fees - tax
            self.own[number] -= filled
            self.traded_today[number] += filled
            waits = reason not in ("", "cash", "lot")
            self.for_sale[number] = wanted - filled if waits else 0
            self.trades.append(
                Trade(row, moment, number, "sell", wanted, filled, price, fees + tax, reason)
            )

    def _buy(self, row: int, moment: str, fresh: bool) -> None:
        intents = []
        for number, share in enumerate(self.shares):
            if self.budget[number] == 0:
                continue
            price = self._price(share, row, moment, "buy")
            blocked = self._blocked(share, row, moment, "buy")
            wanted = int(Decimal(self.budget[number]) / 100 / price) if price > 0 else 0
            taken = 0 if blocked else min(wanted, self._room(number, row))
            intents.append((number, share, price, blocked, wanted, taken))
        orders = [self._lot(share, taken) for _, share, _, _, _, taken in intents]
        prices = [(share, price) for _, share, price, _, _, _ in intents]
        affordable = self._cut_to_cash(orders, [intent[5] for intent in intents], prices, row)
        for (number, share, price, blocked, wanted, taken), order, filled in zip(
            intents, orders, affordable, strict=True
        ):
            if blocked:
                reason = blocked
            elif filled == wanted > 0:
                reason = ""
            elif taken < wanted:
                reason = "participation"
            else:
                reason = "cash" if filled < order else "lot"
            fees = self._fees(share, filled, price, row, sell=False)
            amount = to_fen(filled * price)
            self.money -= amount + fees
            self.own[number] += filled
            self.bought_today[number] += filled
            self.traded_today[number] += filled
            if filled:
                self.layers[number].append(Layer(row, filled))
            waits = reason not in ("", "cash", "lot")
            if reason == "cash" and any(self.for_sale):
                waits = True  # for the money of the sales that wait
            self.budget[number] = self.budget[number] - amount if waits else 0
            if fresh or wanted or blocked:
                self.trades.append(
                    Trade(row, moment, number, "buy", wanted, filled, price, fees, reason)
                )

    def _cut_to_cash(
        self, orders: list[int], taken: list[int], prices: list[tuple[Share, Decimal]], row: int
    ) -> list[int]:
        def costs(shares: list[int]) -> list[int]:
            return [
                to_fen(count * price) + self._fees(share, count, price, row, sell=False)
                for count, (share, price) in zip(shares, prices, strict=True)
            ]

        total = sum(costs(orders))
        if total <= self.money:
            return orders
        part = self.money * MILLION // total
        cut = [
            self._lot(share, count * part // MILLION)
            for count, (share, _) in zip(taken, prices, strict=True)
        ]
        while sum(costs(cut)) > self.money:
            each = costs(cut)
            dearest = each.index(max(each))
            share, price = prices[dearest]
            step = share.lot or STEP[share.board]
            missing = Decimal(sum(each) - self.money) / 100
            steps = (missing / (price * step)).to_integral_value(ROUND_CEILING)
            less = cut[dearest] - int(steps) * step
            cut[dearest] = less if less >= (share.lot or MINIMUM[share.board]) else 0
        return cut

    # --- costs ------------------------------------------------------------------------------------

    def _fees(self, share: Share, count: int, price: Decimal, row: int, *, sell: bool) -> int:
        """All fees of one trade in fen."""
        if count == 0:
            return 0
        local = (Decimal(to_fen(count * price)) / 100 / share.rate(row)).quantize(
            FEN, ROUND_HALF_UP
        )
        kinds = [max(cents(local * self.rules.rate), self.rules.minimum)]
        if share.board == "hk":
            kinds.append((local * Decimal("0.001")).to_integral_value(ROUND_CEILING))
            kinds.append(cents(local * Decimal("0.0000565")))
            kinds.append(cents(local * Decimal("0.000027")) + cents(local * Decimal("0.0000015")))
            kinds.append(min(max(cents(local * Decimal("0.00002")), Decimal(2)), Decimal(100)))
        else:
            if sell:
                kinds.append(cents(local * Decimal("0.0005")))
            kinds.append(cents(local * Decimal("0.00001")))
            if not self.rules.inside:
                kinds.append(cents(local * Decimal(HANDLING[share.board])))
                kinds.append(cents(local * Decimal("0.00002")))
        return sum(to_fen(cents(kind * share.rate(row))) for kind in kinds)

    def _tax(self, number: int, sold: int, row: int) -> int:
        """Dividend tax of shares sold, first in first out."""
        tax = 0
        for layer in self.layers[number]:
            gone = min(sold, layer.shares)
            for entry in layer.dividends:
                due = entry[1] * gone // layer.shares if gone else 0
                entry[1] -= due
                if self.rules.taxed and self.shares[number].board != "hk":
                    percent = 20 if within_a_month(self.days[layer.row], self.days[row]) else 10
                    tax += int((Decimal(due * percent) / 100).quantize(Decimal(1), ROUND_HALF_UP))
            layer.shares -= gone
            sold -= gone
        return tax


def to_fen(yuan: Decimal) -> int:
    return int((yuan * 100).quantize(Decimal(1), ROUND_HALF_UP))


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, ROUND_HALF_UP)


def within_a_month(bought: date, sold: date) -> bool:
    """Sold on or before the same day of the next month; no account here lasts a year."""
    months = (sold.year - bought.year) * 12 + sold.month - bought.month
    return months == 0 or (months == 1 and sold.day <= bought.day)


def rules_of(own: AccountSettings) -> Rules:
    """The program's settings, as the ledger counts them."""
    return Rules(
        cash=int(Decimal(str(own.cash)) * 100),
        participation=Decimal(str(own.participation)),
        slippage_bps=Decimal(str(own.slippage_bps)),
        patience=own.patience,
        taxed=own.dividends == "taxed",
        rate=Decimal(str(own.broker.rate)),
        minimum=Decimal(str(own.broker.minimum)),
        inside=own.broker.includes_exchange_fees,
    )
