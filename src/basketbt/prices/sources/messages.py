"""What a source says beside its prices, by code: a lock keeps the codes, never the words."""

from __future__ import annotations

from collections.abc import Mapping

from basketbt.notes import COUNTED, MORE, NoteKind

# --- tables --------------------------------------------------------------------------------------

ADJUSTED_TABLE = NoteKind(
    "adjusted_table",
    en="only adjusted prices exist for {count} securities, from {table}: {symbols}",
    zh="{count}只证券仅有复权价格，来自{table}：{symbols}",
)
SUSPECT_ROWS = NoteKind(
    "suspect_rows",
    en="{table} marks rows as suspect: {rows}",
    zh="{table}将以下行标记为可疑：{rows}",
    severity="warning",
)
UNREAD_HEADER = NoteKind(
    "unread_header",
    en="{table}: {header} is not read; did you mean {meant} ({field})?",
    zh="{table}：未读取{header}；是否应为{meant}（{field}）？",
    severity="warning",
)
SAMPLE_OF_RECORD = NoteKind(
    "sample_of_record",
    en="sample of record, {first} to {last}: end-of-day facts compiled from several public "
    "sources, no vendor's feed, not for trading",
    zh="随附样本行情，{first}至{last}：据多个公开来源整理的日终数据，并非数据商行情，不得用于交易",
)
SAMPLE_POOL = NoteKind(
    "sample_pool",
    en="the shares to draw from are the sample's {count} outside shares, nine in ten of them from "
    "the lists' own industries: random lists of them are no comparison with the whole market",
    zh="抽样总体为样本中的{count}只名单外个股，其中九成属于名单所在行业：以其抽取的随机名单不能代表全市场",
)

# --- vendors and the store -----------------------------------------------------------------------

NOT_FETCHED = NoteKind(
    "not-fetched",
    en="{symbol} could not be fetched: {why}",
    zh="{symbol} 未能获取：{why}",
    severity="warning",
)
STORE_ENDS = NoteKind(
    "store-ends",
    en="{symbol}: the store reaches only from {first} to {last}",
    zh="{symbol}：本地库仅覆盖 {first} 至 {last}",
    severity="warning",
)
REVISED = NoteKind(
    "vendor-revised",
    en="{symbol}: {vendor} has rewritten {count} stored values since they were fetched; the old "
    "ones are used (`basketbt store revisions`)",
    zh="{symbol}：{vendor} 修改了 {count} 条已入库的历史数据，本次仍使用原值"
    "（`basketbt store revisions` 可查看）",
    severity="warning",
)
UNCONFIRMED = NoteKind(
    "gap-unconfirmed",
    en="{symbol}: {vendor} has no bar on {count} sessions, taken as suspended or not listed; no "
    "second source could be asked",
    zh="{symbol}：{vendor} 有 {count} 个交易日无行情，按停牌或未上市处理，未能用第二数据源核对",
    severity="warning",
)
VENDOR_FAILED = NoteKind(
    "vendor-failed",
    en="{vendor} {word} ({host}{http}): {why}",
    zh="{vendor}{word}（{host}{http}）：{why}",
)
# The words of a vendor's failure.
FAILED = NoteKind("vendor-failed-word", en="failed", zh="失败")
UNREACHABLE = NoteKind("vendor-unreachable", en="could not be reached", zh="无法访问")
REFUSED = NoteKind("vendor-refused", en="refused", zh="拒绝")
NO_DATA = NoteKind("vendor-no-data", en="has no data", zh="无数据")
CHANGED = NoteKind(
    "vendor-changed", en="answered with something that cannot be trusted", zh="返回内容不可信"
)

KINDS: Mapping[str, NoteKind] = {
    kind.code: kind for kind in (*vars().values(), COUNTED, MORE) if isinstance(kind, NoteKind)
}
