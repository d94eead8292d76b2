"""Misspelled copies in a summary, from the source's own sentence: a symbolic rule."""

import re
from itertools import groupby

_WORD = re.compile(r"\w+(?:'\w+)?")
_APART = re.compile(r"\s+(n't|'(?:s|re|ve|ll|d|m))\b")  # "has n't": tokenized text, which models do not write
_PLAIN = re.compile(r"[\w']+(?: [\w']+)*")
_BESIDE = 2  # words on each side that must stand so in the source


class Spelling:
    """How a source spells what a lower-case summary copies from it.

    A small model that copies writes a word piece by piece and at times one piece wrong: "nemtforov" for
    "nemtsov". What it wrote where the source never has such a word is put right if the words around it stand
    in the source around something else that is as short.
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
                text = text[:start] + (right or text[start:end]) + text[end:]
        return text

    def _between(self, before: list[re.Match[str]], after: list[re.Match[str]], most: int) -> str | None:
        """At most so many words that the source has between these; the fewest of the first place."""
        first, last = (r"\W+".join(re.escape(word[0].lower()) for word in words) for words in (before, after))
        found = re.search(rf"\b{first}\W+((?:[\w']++ ){{0,{most - 1}}}?[\w']++)\W+{last}\b", self._source)
        return found[1] if found else None
