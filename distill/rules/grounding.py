"""A rule: reference summaries as far as their source says the same, else in the source's own sentences."""

import re
from itertools import pairwise
from operator import itemgetter

from distill.rules.clauses import condensed
from distill.rules.support import is_supported
from distill.rules.taken import is_new, leans, read, stands_alone, telling
from distill.rules.verdict import Verdict, accept, reject, repair
from distill.rules.words import sentences, stem, words

_SUPPORTED = 0.8  # of a sentence's telling words that the source has
_NEWS = re.compile(r"new ?: ", re.IGNORECASE)  # marks a highlight that was added later
_FINISHED = re.compile(r"[.!?]\W*$")


def grounded(
    source: str, summary: str, *, most: int = 0, within: int = 350, pairs: float = 0.5,
    alike: float = 0.4, fewest: int = 2,
) -> Verdict:  # fmt: skip
    """Keeps a summary's sentences that the source's own words say, and takes the source's for the others.

    A sentence is kept if at least `pairs` of its pairs of neighbouring words stand in the source, as do its
    numbers and most of its words that tell something. For any other comes the source's sentence that tells
    most of the same (F1 of the words that tell something, `alike` or more), without needless clauses, if it
    stands alone. A kept sentence that leans on one that is gone goes too. Only the source's first `within`
    words count. All have at most `most` words; with 0, the default, every summary passes as it is. Rejects
    what gets fewer than `fewest` sentences: a single one is mostly the source's first.

    People's highlights say what matters in words of their own, more of them than a small model can learn from
    the few articles there are; with this it learns what matters, and the words from the article.
    """
    if not most:
        return accept(summary)
    ground = _Ground(read(source, within), pairs, alike)
    kept: list[str] = []
    said: list[set[str]] = []
    room, gone = most, True
    for sentence in sentences(summary):
        text = ground.kept(_NEWS.sub("", sentence, count=1), gone) or ground.taken(sentence)
        found = telling(text)
        gone = not text or len(words(text)) > room or not is_new(found, said)
        if not gone:
            kept.append(text)
            said.append(found)
            room -= len(words(text))
    if len(kept) < fewest:
        return reject(summary, f"{len(kept)} sentences, not {fewest}")
    return repair(" ".join(kept), "in the text's words")


class _Ground:
    """What a source says, and in which words."""

    def __init__(self, beginning: list[str], pairs: float, alike: float) -> None:
        found = [word for sentence in beginning for word in words(sentence)]
        self._pairs, self._known = set(pairwise(found)), {*found, *map(stem, found)}
        self._alone = [(telling(sentence), sentence) for sentence in beginning if stands_alone(sentence)]
        self._share, self._alike = pairs, alike

    def kept(self, sentence: str, after_gone: bool) -> str:
        """The sentence, finished, if the source's words say it; else nothing."""
        found = words(sentence)
        beside = list(pairwise(found))
        shared = sum(pair in self._pairs for pair in beside)
        said = beside and shared >= self._share * len(beside) and is_supported(found, self._known, _SUPPORTED)
        if not said or (after_gone and leans(sentence)):
            return ""
        return sentence if _FINISHED.search(sentence) else f"{sentence} ."

    def taken(self, sentence: str) -> str:
        """The source's sentence that tells most of the same, without needless clauses; or nothing."""
        wanted = telling(sentence)
        rated = [(_f1(wanted, found), other) for found, other in self._alone]
        likeness, best = max(rated, key=itemgetter(0), default=(0.0, ""))
        return condensed(best) if likeness >= self._alike else ""


def _f1(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / max(1, len(one) + len(other))
