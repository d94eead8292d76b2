"""Misspelled copies in a summary, from the source's own sentence: a symbolic rule."""

import re
from difflib import SequenceMatcher
from itertools import groupby

_ANY_WORD = r"\w++(?:'\w++)?+"
_WORD = re.compile(_ANY_WORD)
_APART = re.compile(
    r"(?<!\s)\s++(n't|'(?:s|re|ve|ll|d|m))\b"
)  # "has n't": tokenized text, which models do not write
_PLAIN = re.compile(rf"{_ANY_WORD}(?: {_ANY_WORD})*+")
_DIGIT = re.compile(r"\d")
_BESIDE = 2  # words on each side that must stand so in the source
_ALIKE = 0.5  # of difflib's ratio: "nemtforov" and "nemtsov" have 0.75, "lift" and "not cut" 0.18


class Spelling:
    """How a source spells what a lower-case summary copies from it.

    A small model that copies writes a word piece by piece and at times one piece wrong: "nemtforov" for
    "nemtsov". What it wrote where the source never has such a word is put right if the words around it stand
    in the source around something that looks much like it and begins like it. A number is never put right:
    an invented one must be seen.
    """

    def __init__(self, source: str) -> None:
        self._source = _APART.sub(r"\1", source.lower())
        self._known = set(_WORD.findall(self._source))

    def mend(self, text: str) -> str:
        """The text with the source's words in place of wrong copies of them."""
        words = list(_WORD.finditer(text))
        runs = groupby(range(len(words)), key=lambda place: words[place][0].lower() in self._known)
        for run in reversed([list(run) for known, run in runs if not known]):
            start, end = words[run[0]].start(), words[run[-1]].end()
            before = words[: run[0]][-_BESIDE:]
            after = words[run[-1] + 1 :][:_BESIDE]
            if len(before) == len(after) == _BESIDE and _PLAIN.fullmatch(text[start:end]):
                right = self._between(before, after, len(run) + 1)
                if right and _is_slip(text[start:end].lower(), right):
                    text = text[:start] + right + text[end:]
        return text

    def _between(self, before: list[re.Match[str]], after: list[re.Match[str]], most: int) -> str | None:
        """At most this many words that the source has between these; the fewest, at the first place."""
        first, last = (r"\W+".join(re.escape(word[0].lower()) for word in words) for words in (before, after))
        some = rf"(?:{_ANY_WORD} ){{0,{most - 1}}}?{_ANY_WORD}"
        found = re.search(rf"\b{first}\W+({some})\W+{last}\b", self._source)
        return found[1] if found else None


def _is_slip(wrong: str, right: str) -> bool:
    alike = SequenceMatcher(None, wrong, right, autojunk=False).ratio()
    return wrong[0] == right[0] and alike >= _ALIKE and not _DIGIT.search(right)
