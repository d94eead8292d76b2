"""The words of a text in any script, as scores, rules and baselines count them."""

import re
import unicodedata
from itertools import islice
from typing import Literal

import regex

_PLAIN = re.compile(r"[a-z0-9]+")
# Vowel signs and accents belong to the letter before them, and so do joiners that nobody sees. Half-width
# katakana have their voicing marks behind them too; a space without width does end a word.
_FOLLOWING = r"[\p{Mn}\p{Mc}\uff9e\uff9f[\p{DI}--\u200b]]"
# These scripts put no spaces between words: there each letter with its marks counts as a word, as is usual
# for ROUGE of Chinese and Japanese.
_UNSPACED = r"[[\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]&&[\p{L}\u3007]]"
_LETTER = rf"[[\p{{L}}\p{{N}}]--{_UNSPACED}]"
SIGN = rf"{_UNSPACED}{_FOLLOWING}*"
"""A word of a script without spaces, as a pattern of the `regex` library in its version 1."""
SPACED = rf"{_LETTER}(?:{_LETTER}|{_FOLLOWING})*"
"""A word of any other script, likewise."""
_WORD = regex.compile(rf"(?V1){SIGN}|{SPACED}")
_MANY_MARKS = regex.compile(r"(\p{M}{30})\p{M}+")
_UNSEEN = regex.compile(r"\p{DI}")


def split_words(text: str) -> list[str]:
    """The words that ROUGE counts, in one form and in lower case."""
    if text.isascii():
        return _PLAIN.findall(text.lower())
    return [part for word in _WORD.findall(text) for part in fold(word).split()]


def first_words(text: str, count: int) -> str:
    """A text up to its word number `count`, as `split_words` counts; all of a shorter one."""
    last = next(islice(_WORD.finditer(text), count - 1, None), None)
    return text[: last.end()] if last else text


def fold(text: str) -> str:
    """A text in lower case and in one Unicode form (NFKC): composed, of usual width, without joiners."""
    if text.isascii():
        return text.lower()
    return composed(_UNSEEN.sub("", text), "NFKC").lower()


def composed(text: str, form: Literal["NFC", "NFKC"] = "NFC") -> str:
    """A text in a composed Unicode form; of a run of marks the first thirty, as UAX #15's stream-safe text.

    Python sorts the marks of a run in time that grows with the square of its length.
    """
    return unicodedata.normalize(form, _MANY_MARKS.sub(r"\1", text))
