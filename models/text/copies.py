"""Which words of a summary are copied, and how the source spells them there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

WORD = re.compile(r"\w+(?:['’]\w+)?")
_RUN = 3  # words in a row that are copied
_PLACES = 4  # of such a run that are considered


@dataclass(frozen=True)
class SourceWord:
    """A word of a source.

    Args:
        gap: The signs before it, without spaces.
        word: As it is spelled there.
        tells: Whether its capitals, or lack of them, are its own and not its sentence's.
    """

    gap: str
    word: str
    tells: bool


@dataclass(frozen=True)
class Copy:
    """A copied word of a summary.

    Args:
        form: How it is spelled in the source, unless its place there tells nothing.
        settled: Whether the words and signs before it are copied too, so that it begins a sentence here only
            if it does there.
    """

    form: str | None
    settled: bool


class Copies:
    """The words of a source, to be found again in a summary."""

    def __init__(self, words: Sequence[SourceWord] = ()) -> None:
        self._words = words
        self._places: dict[tuple[str, ...], list[int]] = {}
        keys = [entry.word.lower() for entry in words]
        for place in range(len(keys) - _RUN + 1):
            found = self._places.setdefault(tuple(keys[place : place + _RUN]), [])
            if len(found) < _PLACES:
                found.append(place)

    def find(self, words: Sequence[tuple[str, str]]) -> list[Copy | None]:
        """For each lower-case word of a summary, after the signs before it, whether and how it is copied."""
        found: list[Copy | None] = [None] * len(words)
        keys = [word for _, word in words]
        at = 0
        while at <= len(words) - _RUN:
            places = self._places.get(tuple(keys[at : at + _RUN]), [])
            longest = max((self._shared(words[at:], place) for place in places), key=len, default=[None])
            found[at : at + len(longest)] = longest
            at += len(longest)
        return found

    def _shared(self, words: Sequence[tuple[str, str]], place: int) -> list[Copy | None]:
        """The first words, as many as the source has from a place on."""
        shared: list[Copy | None] = []
        for (gap, word), theirs in zip(words, self._words[place : place + len(words)], strict=False):
            if word != theirs.word.lower():
                break
            settled = bool(shared) and gap == theirs.gap
            shared.append(Copy(theirs.word if settled or theirs.tells else None, settled))
        return shared


def spaced(text: str, matches: Sequence[re.Match[str]]) -> list[tuple[str, str]]:
    """Each word, as it is, after the signs before it."""
    ends = [0, *(match.end() for match in matches)]
    gaps = (text[end : match.start()] for end, match in zip(ends, matches, strict=False))
    return [("".join(gap.split()), match[0]) for gap, match in zip(gaps, matches, strict=True)]
