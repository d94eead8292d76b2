"""A rule: summaries become the source's most salient sentences, each without needless clauses."""

import re
from collections import Counter
from itertools import accumulate

from distill.rules.clauses import condensed
from distill.rules.verdict import Verdict, accept, reject, repair
from distill.rules.words import sentences, stem, words
from models.text.tidying import without_dateline

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


def salience(beginning: list[str], early: float) -> list[float]:
    """Of each sentence: the share of its words that tell something and come again, in it or in another.

    Less `early` for each hundred words before it.
    """
    found = [words(sentence) for sentence in beginning]
    times = Counter(word for sentence in found for word in sentence if _tells(word))
    before = accumulate((len(sentence) for sentence in found), initial=0)
    return [
        sum(times[word] > 1 for word in sentence) / max(1, len(sentence)) - early * place / 100
        for sentence, place in zip(found, before, strict=False)
    ]


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
    return {stem(word) for word in words(text) if _tells(word)}


def _tells(word: str) -> bool:
    return len(word) >= _TELLING or word[0].isdigit()
