"""Sentences of a source that can be taken into a summary: which can, and whether one says something new."""

import re
from itertools import accumulate

from distill.rules.words import sentences, stem, words
from models.text.tidying import without_dateline

TELLING = 4  # letters of a word that tells something; shorter ones are mostly "the", "of", "was"
_SHORTEST = 6  # words of a source sentence
_LONGEST = 40
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


def read(source: str, within: int = 350) -> list[str]:
    """The sentences that end in the source's first `within` words, the first without its dateline."""
    found = [without_dateline(sentence) for sentence in sentences(source)]
    ends = accumulate(len(words(sentence)) for sentence in found)
    return [sentence for sentence, end in zip(found, ends, strict=True) if end <= within]


def stands_alone(sentence: str) -> bool:
    """Whether a source's sentence can be understood without those around it."""
    return (
        _SHORTEST <= len(words(sentence)) <= _LONGEST
        and not leans(sentence)
        and not _DEPENDS.match(sentence)
        and not _CAPTIONS.match(sentence)
        and len(_QUOTES.findall(sentence)) % 2 == 0
        and sentence.rstrip(" \"'”’")[-1:] in (".", "!")
        and not _announces(sentence)
    )


def leans(sentence: str) -> bool:
    """Whether a sentence begins with a word that points at another sentence: "he", "but"."""
    return _LEANS.match(sentence) is not None


def telling(text: str) -> set[str]:
    """The stems of a text's words that tell something, and its numbers."""
    return {stem(word) for word in words(text) if tells(word)}


def tells(word: str) -> bool:
    """Whether a word says what a text is about, or is a number."""
    return len(word) >= TELLING or word[0].isdigit()


def is_new(found: set[str], said: list[set[str]]) -> bool:
    """Whether what a sentence tells differs from what each of the others does; see `telling`."""
    return all(len(found & other) < _MOST_SHARED * min(len(found), len(other)) for other in said)


def _announces(sentence: str) -> bool:
    """Whether nothing comes after its colon."""
    _, colon, after = sentence.rpartition(":")
    return bool(colon) and not any(map(str.isalnum, after))
