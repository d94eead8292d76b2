"""Texts as words and n-grams, for the rules."""

import re

from distill.evaluation import SIGNS

_WORD = re.compile(rf"[{SIGNS}]|[^\W_{SIGNS}]+(?:['’.-][^\W_{SIGNS}]+)*")


def words(text: str) -> list[str]:
    """The words in lower case; "anglo-american", "o'neill", "u.s" and each Chinese sign are one word each."""
    return [word.lower() for word in _WORD.findall(text)]


def ngrams(tokens: list[str], size: int) -> list[tuple[str, ...]]:
    """All runs of `size` words, in order."""
    return [tuple(tokens[start : start + size]) for start in range(len(tokens) - size + 1)]


def quoted(items: list[str], most: int = 3) -> str:
    """The first few items as the reader of a reason sees them."""
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")
