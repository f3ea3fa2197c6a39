"""On real articles beside the project: how much is read, and the founding lists share by share."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from basketbt.extract.documents import open_document
from basketbt.extract.drafts import Source, drafts_of
from basketbt.extract.moments import parse_moment
from basketbt.extract.reading import read
from basketbt.lists.library import Library, find_library
from basketbt.lists.model import Basket

ARTICLES = Path(__file__).resolve().parents[2] / "../shared/articles"
FOUNDING = {
    "端侧智能硬件": "guojin/edge-hardware",
    "软件应用": "guojin/software",
    "网络安全": "guojin/cybersecurity",
    "信创": "guojin/xinchuang",
}


@pytest.fixture(scope="module")
def articles() -> Path:
    if not (ARTICLES / "00.txt").is_file():
        pytest.skip("the articles (../shared/articles) are not beside the project")
    return ARTICLES


def shares(basket: Basket) -> list[tuple[str, str, str | None, str | None, str]]:
    return [
        (one.symbol, one.name_zh, one.segment_zh, one.segment_en, one.stance)
        for one in basket.constituents
    ]


def test_the_founding_article_gives_the_shipped_lists(articles: Path, tmp_path: Path) -> None:
    reading = read(open_document(articles / "00.txt").text, given=parse_moment("2025-02-07"))
    drafts = drafts_of(reading, Source("00"))
    assert {draft.id for draft in drafts} == {f"guojin/{theme}" for theme in FOUNDING}
    for draft in drafts:
        path = tmp_path / f"{draft.id}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(draft.text, encoding="utf-8")
        (shipped,) = find_library().select([FOUNDING[path.stem]])
        assert shares(Library((tmp_path,)).load(path)) == shares(shipped)
    others = {"中信建投证券", "天风证券", "中信证券", "华泰证券", "中国银河证券"}
    assert others <= {theme.broker for theme in reading.themes}


def test_the_half_that_rules_were_made_on_is_read_as_well_as_it_was(articles: Path) -> None:
    import score_extraction

    names = [path.stem for path in articles.glob("*.txt")]
    first, second = score_extraction.halves(names)
    assert len(first) == len(second)
    score = score_extraction.score(articles, first)
    assert score.precision >= 0.98
    assert score.recall >= 0.98
    assert score.exact[0] >= 0.9 * score.exact[1]
    for right, of in (score.broker, score.stance, score.segment, score.day):
        assert right >= 0.95 * of


def test_the_half_whose_words_nobody_read(articles: Path) -> None:
    import score_extraction

    names = [path.stem for path in articles.glob("*.txt")]
    score = score_extraction.score(articles, score_extraction.halves(names)[1])
    assert score.precision >= 0.98
    assert score.false_without_picks <= 1
    assert score.nulls[0] == score.nulls[1]
    assert score.recall >= 0.95
    for right, of in (score.broker, score.stance):
        assert right >= 0.9 * of


def test_all_are_read_in_half_a_second(articles: Path) -> None:
    texts = [open_document(path).text for path in sorted(articles.glob("*.txt"))]
    read(texts[0])  # the tables are read once
    begun = time.process_time()
    for text in texts:
        read(text)
    assert time.process_time() - begun <= 0.5
