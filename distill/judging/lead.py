"""The simplest summary of news, and the one to beat: a text's first words.

`lead:50` is the first 50 words. `lead:=MODEL` is as many first words as MODEL's own summary of that text has,
so that neither is favoured by its length; `lead:=` alone stands for the model named before it.
"""

import re
from collections.abc import Sequence

from distill.data import Example
from distill.errors import BadConfig
from distill.tasks.summarize.words import first_words, split_words

_FIXED = re.compile(r"lead:([1-9]\d{0,3})")
_BESIDE = "lead:="


def is_lead(name: str) -> bool:
    """Whether a name is a lead's, well formed or not."""
    return name.startswith("lead:")


def spelled_out(names: Sequence[str]) -> tuple[str, ...]:
    """The names with each `lead:=` naming its model.

    Raises:
        BadConfig: A lead has no length, or names a model that is not named before it.
    """
    found: list[str] = []
    for name in names:
        models = [other for other in found if not is_lead(other)]
        if name == _BESIDE and models:
            name += models[-1]
        if is_lead(name) and not _FIXED.fullmatch(name) and beside(name) not in models:
            raise BadConfig(
                f"{name!r} is not a lead: use lead:50 for the first 50 words, or lead:= after the name of "
                "the model whose summaries it should match in length."
            )
        found.append(name)
    return tuple(found)


def beside(name: str) -> str | None:
    """The model whose lengths a lead takes; None for one of a fixed length."""
    return name.removeprefix(_BESIDE) if name.startswith(_BESIDE) else None


def lead_texts(words: int, examples: Sequence[Example]) -> list[str]:
    """The first words of each document, as ROUGE counts words."""
    return [_lead(example.document, words) for example in examples]


def fixed(name: str) -> int:
    """The words of a lead of a fixed length."""
    return int(name.removeprefix("lead:"))


def as_long_as(summary: str, document: str) -> str:
    """As many of the document's first words as a summary of it has."""
    count = len(split_words(summary))
    return _lead(document, count) if count else ""


def _lead(document: str, words: int) -> str:
    return " ".join(first_words(document, words).split())
