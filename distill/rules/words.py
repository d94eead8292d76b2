"""Texts as words, n-grams and sentences, for the rules."""

from itertools import pairwise

import regex

from distill.tasks.summarize.words import SIGN, SPACED, fold
from models.text.sentences import stops

_STEM = 5  # letters that "arrested" and "arrests" share

_WORD = regex.compile(rf"(?V1){SIGN}|{SPACED}(?:['’.-]{SPACED})*")


def words(text: str) -> list[str]:
    """The words, folded; "anglo-american", "o'neill", "u.s" and each Chinese sign are one word each."""
    return [fold(word) for word in _WORD.findall(text)]


def located(text: str) -> list[tuple[str, str]]:
    """The words, folded, each with what stands between it and the next one."""
    found = list(_WORD.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    return [(fold(match[0]), text[match.end() : end]) for match, end in zip(found, ends, strict=False)]


def stem(word: str) -> str:
    """What a word shares with its other endings; a number is whole."""
    return word if word[0].isdigit() else word[:_STEM]


def sentences(text: str) -> list[str]:
    """The sentences of a text; each of its lines ends one."""
    places = [0, *stops(text), len(text)]
    return [found for start, end in pairwise(places) if (found := text[start:end].strip())]


def ngrams(tokens: list[str], size: int) -> list[tuple[str, ...]]:
    """All runs of `size` words, in order."""
    return [tuple(tokens[start : start + size]) for start in range(len(tokens) - size + 1)]


def quoted(items: list[str], most: int = 3) -> str:
    """The first few items, formatted for a reason."""
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")
