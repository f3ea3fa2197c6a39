"""What every price source promises, whatever is behind it. Subclass it in a source's own tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from basketbt.data.bars import COLUMNS, Bars, MarketData, PriceRequest, PriceSource
from basketbt.data.validation.check import check
from basketbt.market.calendars import calendar
from support.bars import each

Oracle = tuple[str, str, dict[str, float]]
FLOATS = ("open", "high", "low", "close", "volume", "amount")


class SourceContract:
    """Give ``source``, a ``request`` it can answer, an ``unknown`` symbol, and ``oracle`` rows."""

    @pytest.fixture
    def source(self) -> PriceSource:
        raise NotImplementedError

    @pytest.fixture
    def request_(self) -> PriceRequest:
        raise NotImplementedError

    @pytest.fixture
    def unknown(self) -> str:
        raise NotImplementedError

    @pytest.fixture
    def oracle(self) -> tuple[Oracle, ...]:
        """(symbol, date, fields): values known otherwise, in shares and currency units."""
        return ()

    @pytest.fixture
    def data(self, source: PriceSource, request_: PriceRequest) -> MarketData:
        return source.load(request_)

    @pytest.fixture
    def bars(self, data: MarketData) -> tuple[Bars, ...]:
        assert len(data.bars), "the request must be one that the source can answer"
        return tuple(each(data.bars).values())

    def test_it_has_a_name_and_signs_with_it(self, source: PriceSource, data: MarketData) -> None:
        assert data.source == source.name != ""

    def test_every_security_asked_for_is_there_under_its_own_code(
        self, data: MarketData, request_: PriceRequest
    ) -> None:
        assert set(data.bars.symbols) == {*request_.symbols, *request_.indexes}
        assert len(data.bars.symbols) == len(set(data.bars.symbols))

    def test_columns_are_doubles_of_one_length_and_dates_are_days(
        self, bars: tuple[Bars, ...]
    ) -> None:
        for bar in bars:
            assert bar.dates.dtype == np.dtype("datetime64[D]")
            columns = [getattr(bar, name) for name in COLUMNS]
            assert {column.dtype for column in columns} == {np.dtype(np.float64)}
            assert {column.shape for column in columns} == {bar.dates.shape}

    def test_dates_are_sessions_and_strictly_increasing(self, bars: tuple[Bars, ...]) -> None:
        for bar in bars:
            assert (np.diff(bar.dates) > np.timedelta64(0, "D")).all()
            exchange = calendar(bar.parsed[0].calendar)
            assert exchange.are_sessions(bar.dates).all()

    def test_the_range_is_kept_and_inclusive(
        self, source: PriceSource, data: MarketData, request_: PriceRequest
    ) -> None:
        for code, bar in each(data.bars).items():
            assert bar.dates[0] >= request_.start
            assert bar.dates[-1] <= request_.end
            first, last = bar.dates[1], bar.dates[-2]
            part = source.load(replace(request_, start=first, end=last)).bars.of(code)
            assert part.dates.tolist() == bar.dates[1:-1].tolist()
            assert part.close.tolist() == bar.close[1:-1].tolist()

    def test_an_unknown_security_is_absent_and_no_error(
        self, source: PriceSource, request_: PriceRequest, unknown: str
    ) -> None:
        asked = replace(request_, symbols=(*request_.symbols, unknown))
        found = source.load(asked).bars.symbols
        assert unknown not in found
        assert set(found) == {*request_.symbols, *request_.indexes}

    def test_values_are_those_known_otherwise(
        self, data: MarketData, oracle: tuple[Oracle, ...]
    ) -> None:
        for code, day, fields in oracle:
            bar = data.bars.of(code)
            (row,) = np.flatnonzero(bar.dates == np.datetime64(day))
            for name, value in fields.items():
                assert getattr(bar, name)[row] == pytest.approx(value, rel=1e-6), (code, day, name)

    def test_prices_are_in_the_currency_of_the_listing(self, bars: tuple[Bars, ...]) -> None:
        assert all(bar.currencies[0] == bar.parsed[0].currency for bar in bars)

    def test_factors_belong_to_raw_prices_only(self, bars: tuple[Bars, ...]) -> None:
        assert not any(bar.has_factor[0] for bar in bars if bar.adjusted[0])
        assert all(bar.tables[0] for bar in bars)

    def test_the_checks_refuse_nothing_of_it(self, data: MarketData) -> None:
        assert set(check(data).bars.symbols) == set(data.bars.symbols)

    def test_asking_twice_gives_the_same(
        self, source: PriceSource, data: MarketData, request_: PriceRequest
    ) -> None:
        again = source.load(request_).bars
        for name in ("code", "dates", *COLUMNS):
            np.testing.assert_array_equal(getattr(again, name), getattr(data.bars, name))
