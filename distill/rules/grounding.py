"""A rule: keeps what the source also says of a reference summary, and replaces the rest by its sentences."""

import re
from itertools import pairwise
from operator import itemgetter

from distill.rules.clauses import condensed
from distill.rules.form import FINISHED
from distill.rules.support import is_supported
from distill.rules.taken import is_new, leans, read, stands_alone, telling
from distill.rules.verdict import Verdict, accept, reject, repair
from distill.rules.words import sentences, stem, words

_SUPPORTED = 0.8  # of a sentence's telling words that the source has
_NEWS = re.compile(r"\Anew ?: ", re.IGNORECASE)  # marks a highlight that was added later


def grounded(
    source: str, summary: str, *, most: int = 0, within: int = 350, pairs: float = 0.5,
    alike: float = 0.4, fewest: int = 2,
) -> Verdict:  # fmt: skip
    """Keeps a summary's sentences that the source's own words say, and replaces the others with the source's.

    A sentence is kept if at least `pairs` of its pairs of neighbouring words stand in the source, as do its
    numbers and most of its words that tell something. Any other is replaced by the most similar of the
    source's sentences that stand alone (F1 of the words that tell something, `alike` or more), without
    needless clauses, or dropped. A sentence that leans on another ("He said …") is kept only after one that
    was kept itself. Only the source's sentences that end in its first `within` words count. Together they
    have at most `most` words; with 0, the default, every summary passes as it is. Rejects a summary left with
    fewer than `fewest` sentences: a lone one is usually just the source's first.

    People write highlights in words of their own, more than a small model can learn from few articles. From
    these it learns what matters, and takes the words from the article.
    """
    if not most:
        return accept(summary)
    ground = _Ground(read(source, within), pairs, alike)
    kept: list[str] = []
    said: list[set[str]] = []
    room, leanable = most, False
    for sentence in sentences(summary):
        own = ground.kept(_NEWS.sub("", sentence), leanable)
        text = own or ground.taken(sentence)
        found = telling(text)
        fits = bool(text) and len(words(text)) <= room and is_new(found, said)
        if fits:
            kept.append(text)
            said.append(found)
            room -= len(words(text))
        leanable = fits and bool(own)
    if len(kept) < fewest:
        return reject(summary, f"only {len(kept)} of {fewest} sentences")
    text = ("\n" if "\n" in summary else " ").join(kept)
    return accept(summary) if text == summary else repair(text, "in the text's words")


class _Ground:
    """What a source says, and in which words."""

    def __init__(self, beginning: list[str], pairs: float, alike: float) -> None:
        found = [words(sentence) for sentence in beginning]
        known = {word for sentence in found for word in sentence}
        self._pairs = {pair for sentence in found for pair in pairwise(sentence)}
        self._known = known | {stem(word) for word in known}
        self._alone = [(telling(sentence), sentence) for sentence in beginning if stands_alone(sentence)]
        self._share, self._alike = pairs, alike
        self._stop = " ." if any(sentence.endswith(" .") for sentence in beginning) else "."

    def kept(self, sentence: str, leanable: bool) -> str:
        """The sentence, finished, if the source's words say it; else nothing."""
        found = words(sentence)
        beside = list(pairwise(found))
        shared = sum(pair in self._pairs for pair in beside)
        if not beside or shared < self._share * len(beside) or (leans(sentence) and not leanable):
            return ""
        if not is_supported(found, self._known, _SUPPORTED):
            return ""
        return sentence if FINISHED.search(sentence) else sentence.rstrip(" ,:;") + self._stop

    def taken(self, sentence: str) -> str:
        """The most similar sentence that stands alone, without needless clauses; or nothing."""
        wanted = telling(sentence)
        rated = [(_f1(wanted, found), other) for found, other in self._alone]
        likeness, best = max(rated, key=itemgetter(0), default=(0.0, ""))
        return condensed(best) if likeness >= self._alike else ""


def _f1(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / max(1, len(one) + len(other))
