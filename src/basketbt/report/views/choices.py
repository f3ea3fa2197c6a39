"""How the choices of a study are called in a reader's language."""

from __future__ import annotations

from basketbt.locale import Language, catalogue, say

#: The entry of an account that a reader of the list could have kept.
AFTER_PUBLICATION = "publication_open"


def entry_words(entry: str, language: Language, *, hindsight: bool) -> str:
    """When an account bought, in words, marked where the list was not published yet."""
    words = choice_words(entry, language)
    words = words[:1].upper() + words[1:]
    return say("choices.before_publication", language, entry=words) if hindsight else words


def choice_words(label: str, language: Language) -> str:
    """A weighting's, rebalance's or entry's label in words; CSV files keep it, to be joined on."""
    words = catalogue(language)
    if f"choice.{label}" in words:
        return words[f"choice.{label}"]
    return " ".join(words.get(f"choice.{one}", one.replace("_", " ")) for one in label.split(" "))
