"""Texts as words and n-grams, for the rules."""

import re

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def words(text: str) -> list[str]:
    """The words in lower case; "anglo-american", "o'neill" and "u.s" are one word each."""
    return [word.lower() for word in _WORD.findall(text)]


def ngrams(tokens: list[str], size: int) -> list[tuple[str, ...]]:
    """All runs of `size` words, in order."""
    return [tuple(tokens[start : start + size]) for start in range(len(tokens) - size + 1)]


def quoted(items: list[str], most: int = 3) -> str:
    """The first few items as the reader of a reason sees them."""
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")
