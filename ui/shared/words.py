"""Which words of a summary come from its input, and which are new."""

from dataclasses import dataclass
from typing import Literal

import regex

from distill.tasks.summarize.words import SIGN, SPACED, fold

RUN = 3
"""So many words in a row, found in the input in the same order, count as copied."""

_WORD = regex.compile(rf"(?V1){SIGN}|{SPACED}(?:['’-]{SPACED})*")

Kind = Literal["copied", "known", "new", "other"]


@dataclass(frozen=True)
class Overlap:
    """A summary in pieces, and how much of it the input already held.

    Args:
        pieces: The whole text in order; `other` is the space and punctuation between pieces of one kind.
        words: Number of words in the summary.
        new: Words that do not occur in the input.
        copied: Words that stand in a copied run of at least `RUN` words.
    """

    pieces: tuple[tuple[Kind, str], ...]
    words: int
    new: int
    copied: int


def overlap(summary: str, source: str) -> Overlap:
    """Sort the words of `summary` into copied runs, known words and new ones (case does not count)."""
    matches = list(_WORD.finditer(summary))
    words = [fold(match.group()) for match in matches]
    origin = [fold(word) for word in _WORD.findall(source)]
    known = set(origin)
    runs = {tuple(origin[i : i + RUN]) for i in range(len(origin) - RUN + 1)}
    copied: set[int] = set()
    for start in range(len(words) - RUN + 1):
        if tuple(words[start : start + RUN]) in runs:
            copied.update(range(start, start + RUN))
    kinds: list[Kind] = [
        "copied" if i in copied else "known" if word in known else "new" for i, word in enumerate(words)
    ]
    return Overlap(_pieces(summary, matches, kinds), len(words), kinds.count("new"), len(copied))


def _pieces(text: str, matches: list[regex.Match[str]], kinds: list[Kind]) -> tuple[tuple[Kind, str], ...]:
    """Join neighbours of one kind, together with what stands between them."""
    pieces: list[tuple[Kind, str]] = []
    end = 0
    for match, kind in zip(matches, kinds, strict=True):
        gap = text[end : match.start()]
        if pieces and pieces[-1][0] == kind:
            pieces[-1] = (kind, pieces[-1][1] + gap + match.group())
        else:
            if gap:
                pieces.append(("other", gap))
            pieces.append((kind, match.group()))
        end = match.end()
    if text[end:]:
        pieces.append(("other", text[end:]))
    return tuple(pieces)
