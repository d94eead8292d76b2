"""A rule: summaries become the source's most salient sentences, each without needless clauses."""

import re
from collections import Counter
from itertools import accumulate
from math import log
from statistics import fmean

from distill.rules.clauses import condensed
from distill.rules.verdict import Verdict, accept, reject, repair
from distill.rules.words import sentences, stem, words
from models.text.tidying import without_dateline

WEIGHTS = (0.259, -0.135, 0.0123, -0.000828, 0.258, 0.0134, -0.0324)
"""Of `features`: least squares on 5,000 CNN/DailyMail articles, by `models/embedded/recipes/salience.py`."""
_TELLING = 4  # letters of a word that tells something; shorter ones are mostly "the", "of", "was"
_SHORTEST = 6  # words of a source sentence
_LONGEST = 40
_LEAST_ROOM = 12  # words that are still worth another sentence
_MOST_SHARED = 0.6  # of its telling words, else it says again what another says
_LEANS = re.compile(
    r"\W*(?:he|she|it|they|his|her|its|their|this|these|those|that|we|i|you|but|and|so|or|also|such|there"
    r"|editor|scroll|click|watch|see|read|related)\b",
    re.IGNORECASE,
)
_DEPENDS = re.compile(
    r"\W*(?:as|when|while|if|because|although|though|after|before|since|until|where|whether)\b[^,]*$",
    re.IGNORECASE,
)
_CAPTIONS = re.compile(r"\W*\w+(?: ['’\w]+){0,2} ?: ")  # "Skipper: Rooney was the obvious choice."
_QUOTES = re.compile(r"""["“”]|(?<!\w)['‘’](?!(?:s|t|d|m|re|ve|ll)\b)|(?<=\w)['’](?!\w)""")
"""Those of quotations: not the marks within "o'neill" or before the "s" of "London 's"."""


def salient(source: str, summary: str, *, most: int = 0, within: int = 350) -> Verdict:
    """Replaces a summary by the source's most salient sentences that stand alone, without needless clauses.

    The most salient comes first, and no two say the same; together they have at most `most` words. Only the
    source's first `within` words count: about as many as a model that reads 512 tokens sees. With `most` 0,
    the default, all pass as they are. Rejects what gets fewer than two sentences.

    How often its words come again in the text tells a sentence's salience best, then how early it stands: in
    the spirit of Luhn (1958), The automatic creation of literature abstracts; the clauses go as in Knight and
    Marcu (2002), Summarization beyond sentence extraction. A small model can learn it from a few thousand
    texts, as it depends on the text alone and not on who wrote the summary.
    """
    if not most:
        return accept(summary)
    beginning = read(source, within)
    salience = [sum(w * x for w, x in zip(WEIGHTS, row, strict=True)) for row in features(beginning)]
    kept: list[str] = []
    said: list[set[str]] = []
    room = most
    for place in sorted(range(len(beginning)), key=lambda place: -salience[place]):
        text, telling = condensed(beginning[place]), _telling(beginning[place])
        if _stands_alone(beginning[place]) and len(words(text)) <= room and _is_new(telling, said):
            kept.append(text)
            said.append(telling)
            room -= len(words(text))
        if room < _LEAST_ROOM:
            break
    if len(kept) < 2:
        return reject(summary, f"{len(kept)} sentences, not 2")
    return repair(" ".join(kept), "sentences of the text instead")


def read(source: str, within: int = 350) -> list[str]:
    """The sentences that end in the source's first `within` words, the first without its dateline."""
    found = [without_dateline(sentence) for sentence in sentences(source)]
    ends = accumulate(len(words(sentence)) for sentence in found)
    return [sentence for sentence, end in zip(found, ends, strict=True) if end <= within]


def features(beginning: list[str]) -> list[tuple[float, ...]]:
    """For each sentence what its salience depends on.

    1 over its place, from 1; whether it is the first; its words, up to 12 and in all; and of its telling
    words, each with the number of sentences it stands in: the mean logarithm, the share that comes again, and
    the mean number of other sentences.
    """
    telling = [_telling(sentence) for sentence in beginning]
    sentences_with = Counter(word for told in telling for word in told)
    rows: list[tuple[float, ...]] = []
    for place, (sentence, told) in enumerate(zip(beginning, telling, strict=True)):
        length, counts = len(words(sentence)), [sentences_with[word] for word in told] or [1]
        again = fmean(map(log, counts)), fmean(count > 1 for count in counts), fmean(counts) - 1
        rows.append((1 / (1 + place), place == 0, min(length, 12), length, *again))
    return rows


def _is_new(telling: set[str], said: list[set[str]]) -> bool:
    return all(len(telling & other) < _MOST_SHARED * min(len(telling), len(other)) for other in said)


def _stands_alone(sentence: str) -> bool:
    return (
        _SHORTEST <= len(words(sentence)) <= _LONGEST
        and not _LEANS.match(sentence)
        and not _DEPENDS.match(sentence)
        and not _CAPTIONS.match(sentence)
        and len(_QUOTES.findall(sentence)) % 2 == 0
        and sentence.rstrip(" \"'”’")[-1:] in (".", "!")
        and not _announces(sentence)
    )


def _announces(sentence: str) -> bool:
    """Whether nothing comes after its colon."""
    _, colon, after = sentence.rpartition(":")
    return bool(colon) and not any(map(str.isalnum, after))


def _telling(text: str) -> set[str]:
    """The stems of a text's words that tell something, and its numbers."""
    return {stem(word) for word in words(text) if len(word) >= _TELLING or word[0].isdigit()}
