"""A rule: summaries become the source's most salient sentences, each without needless clauses."""

from collections import Counter
from itertools import accumulate

from distill.rules.clauses import condensed
from distill.rules.taken import is_new, read, stands_alone, telling, tells
from distill.rules.verdict import Verdict, accept, reject, repair
from distill.rules.words import words

_LEAST_ROOM = 12  # words that are still worth another sentence


def salient(source: str, summary: str, *, most: int = 0, within: int = 350, early: float = 0.3) -> Verdict:
    """Replaces a summary by the source's most salient sentences that stand alone, without needless clauses.

    The most salient comes first, and no two say the same; together they have at most `most` words. Only the
    source's first `within` words count: about as many as a model that reads 512 tokens sees. A sentence is
    the less salient the later it stands, by `early` for each hundred words before it. With `most` 0, the
    default, all pass as they are. Rejects what gets fewer than two sentences.

    How often its words come again in the text tells a sentence's salience, in the spirit of Luhn (1958), The
    automatic creation of literature abstracts; the clauses go as in Knight and Marcu (2002), Summarization
    beyond sentence extraction. It depends on the text alone and not on who wrote the summary, and on two
    things that attention can find out, so that a small model soon learns where to begin.
    """
    if not most:
        return accept(summary)
    beginning = read(source, within)
    worth = salience(beginning, early)
    kept: list[str] = []
    said: list[set[str]] = []
    room = most
    for place in sorted(range(len(beginning)), key=lambda place: -worth[place]):
        text, found = condensed(beginning[place]), telling(beginning[place])
        if stands_alone(beginning[place]) and len(words(text)) <= room and is_new(found, said):
            kept.append(text)
            said.append(found)
            room -= len(words(text))
        if room < _LEAST_ROOM:
            break
    if len(kept) < 2:
        return reject(summary, "fewer than 2 sentences")
    return repair(" ".join(kept), "sentences of the text instead")


def salience(beginning: list[str], early: float) -> list[float]:
    """Of each sentence: the share of its words that tell something and come again, in it or in another.

    Less `early` for each hundred words before it.
    """
    found = [words(sentence) for sentence in beginning]
    times = Counter(word for sentence in found for word in sentence if tells(word))
    before = accumulate((len(sentence) for sentence in found), initial=0)
    return [
        sum(times[word] > 1 for word in sentence) / max(1, len(sentence)) - early * place / 100
        for sentence, place in zip(found, before, strict=False)
    ]
