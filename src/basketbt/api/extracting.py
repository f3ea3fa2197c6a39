"""An article as lists, for a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from basketbt.extract.documents import Document, open_document
from basketbt.extract.moments import NoDay, given_moment, parse_moment
from basketbt.extract.reading import Reading, read

if TYPE_CHECKING:
    import pandas as pd

    from basketbt.lists.model import Basket


@dataclass(frozen=True)
class Extract:
    """What was read in an article: who picks which shares, and in whose words."""

    document: Document
    reading: Reading

    def __repr__(self) -> str:
        reading = self.reading
        counts = f"{len(reading.picks)} picks, {len(reading.unresolved)} unresolved"
        return f"<basketbt.Extract {self.document.name} {reading.published}: {counts}>"

    @cached_property
    def picks(self) -> pd.DataFrame:
        """A row a pick: broker, theme, segment, stance, share, and the words it rests on."""
        import pandas as pd

        return pd.DataFrame([asdict(one) for one in self.reading.picks])

    @cached_property
    def unresolved(self) -> pd.DataFrame:
        """What stands in the place of a share and is none for certain."""
        import pandas as pd

        return pd.DataFrame([asdict(one) for one in self.reading.unresolved])

    @cached_property
    def drafts(self) -> Mapping[str, str]:
        """The YAML of each draft list by its id. Raises ``NoDay``."""
        from basketbt.extract.drafts import Source, drafts_of

        if self.reading.published is None:
            raise NoDay(name=self.document.name, known="")
        source = Source(self.document.name, title=self.reading.title, url=self.reading.url)
        return {one.id: one.text for one in drafts_of(self.reading, source)}

    @cached_property
    def lists(self) -> Mapping[str, Basket]:
        """The draft lists by id, for ``basketbt.run(lists=…)``. Raises ``NoDay``."""
        from basketbt.lists.build import basket_of_list
        from basketbt.lists.schema import ListFile
        from basketbt.yamlfile import read_text
        from basketbt.yamlmodel import validate

        return {
            name: basket_of_list(name, validate(read_text(text, name=name), ListFile))
            for name, text in self.drafts.items()
        }

    def _repr_html_(self) -> str:
        shown = [name for name in _SHOWN if name in self.picks]
        return self.picks[shown].to_html(index=False)


_SHOWN = ("symbol", "name", "broker", "theme", "segment", "stance", "evidence")


def extract(
    article: str | Path,
    *,
    published: str | None = None,
    broker: str | None = None,
    title: str | None = None,
    url: str | None = None,
) -> Extract:
    """Read an article by rule into draft lists (docs/extract.md).

    ``article`` is its text, or the path of a file: text, Markdown, HTML, DOCX or PDF. The others
    say what the text does not. Raises ``UnreadableDocument``, ``BadPublication``.
    """
    given = given_moment(published)
    if isinstance(article, str) and "\n" in article:
        document = Document("text", article)
    else:
        document = open_document(Path(article))
    reading = read(
        document.text,
        given=given or parse_moment(document.published[:16].replace("T", " ")),
        broker=broker,
        title=title or document.title,
        url=url or document.url,
    )
    return Extract(document, reading)
