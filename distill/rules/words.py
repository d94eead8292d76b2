"""Texts as words and n-grams, for the rules."""

import regex

from distill.tasks.summarize.words import SIGN, SPACED, fold

_WORD = regex.compile(rf"(?V1){SIGN}|{SPACED}(?:['’.-]{SPACED})*")


def words(text: str) -> list[str]:
    """The words, folded; "anglo-american", "o'neill", "u.s" and each Chinese sign are one word each."""
    return [fold(word) for word in _WORD.findall(text)]


def ngrams(tokens: list[str], size: int) -> list[tuple[str, ...]]:
    """All runs of `size` words, in order."""
    return [tuple(tokens[start : start + size]) for start in range(len(tokens) - size + 1)]


def quoted(items: list[str], most: int = 3) -> str:
    """The first few items, formatted for a reason."""
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")
