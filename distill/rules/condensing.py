"""Two rules: summaries become the source's own sentences without needless clauses, or nothing else passes."""

import re

from distill.rules.clauses import condensed
from distill.rules.verdict import Verdict, accept, reject, repair
from distill.rules.words import quoted, sentences, stem, words
from models.text.tidying import without_dateline

_TELLING = 4  # letters of a word that tells something; shorter ones are mostly "the", "of", "was"
_SHORTEST = 6  # words of a source sentence
_LONGEST = 40
_LEANS = re.compile(
    r"\W*(?:he|she|it|they|his|her|its|their|this|these|those|that|we|i|you|but|and|so|or|also|such|there"
    r"|editor|scroll|click|watch|see|read|related)\b",
    re.IGNORECASE,
)


def condense(
    source: str,
    summary: str,
    *,
    fewest: int = 0,
    most: int = 50,
    share: float = 0.75,
    shorter: int = 0,
    fill: int = 0,
) -> Verdict:
    """Replaces a summary by the source sentences that say most of its own, each without needless clauses.

    A source sentence stands for one of the summary if it has at least `share` of its telling words; the
    source's first sentences fill up to `fewest`, and with `fill` 1 go on until one has no room. A clause
    between commas is needless if it opens as an addition does ("who …", "according to …"). Keeps the source's
    order, and at most `most` words.
    Rejects what gets fewer than `fewest` sentences, or leaves out fewer than `shorter` words of them: a model
    that learns from whole sentences too writes those when in doubt. With `fewest` 0, the default, all pass as
    they are.

    That is what a small model can learn from a few thousand texts: which sentences to take, and which clauses
    to leave out. Knight and Marcu (2002), Summarization beyond sentence extraction, compress by deletion too.
    """
    if not fewest:
        return accept(summary)
    candidates = [text for text in map(without_dateline, sentences(source)) if _stands_alone(text)]
    condensates = [condensed(text) for text in candidates]
    kept: list[int] = []
    room = most
    chosen = _chosen(candidates, [_telling(sentence) for sentence in sentences(summary)], share)
    for place in [*chosen, *range(len(candidates))]:
        length = len(words(condensates[place]))
        if place not in kept and length <= room and (place in chosen or len(kept) < fewest or fill):
            kept.append(place)
            room -= length
        elif fill and place not in chosen and len(kept) >= fewest:
            break
    if len(kept) < fewest:
        return reject(summary, f"{len(kept)} sentences, not {fewest}")
    gone = sum(len(words(candidates[place])) for place in kept) - (most - room)
    if gone < shorter:
        return reject(summary, f"{gone} words less, not {shorter}")
    return repair(" ".join(condensates[place] for place in sorted(kept)), "sentences of the text instead")


def condensed_only(source: str, summary: str, *, fewest: int = 0, shorter: int = 0) -> Verdict:
    """Rejects what `condense` would not write: sentences that are not the source's, whole or without clauses.

    Also rejects fewer than `fewest` sentences, or where fewer than `shorter` words are left out of them. With
    `fewest` 0, the default, all pass.
    """
    if not fewest:
        return accept(summary)
    left_out: dict[str, int] = {}
    for sentence in map(without_dateline, sentences(source)):
        for text in (sentence, condensed(sentence)):
            left_out.setdefault(_key(text), len(words(sentence)) - len(words(text)))
    told = [sentence for sentence in sentences(summary) if _key(sentence)]
    if strange := [sentence for sentence in told if _key(sentence) not in left_out]:
        return reject(summary, f"no such sentence in the text: {quoted(strange, 1)}")
    if len(told) < fewest:
        return reject(summary, f"{len(told)} sentences, not {fewest}")
    gone = sum(left_out[_key(sentence)] for sentence in told)
    return accept(summary) if gone >= shorter else reject(summary, f"{gone} words less, not {shorter}")


def _key(sentence: str) -> str:
    return " ".join(words(sentence))


def _chosen(candidates: list[str], wanted: list[set[str]], share: float) -> list[int]:
    """For each set of telling words the place of the candidate that has most of it, if it has the share."""
    stems = [_telling(text) for text in candidates]
    best: set[int] = set()
    for told in wanted:
        shares = [len(told & has) / (len(told) or 1) for has in stems]
        place = max(range(len(shares)), key=shares.__getitem__, default=None)
        if place is not None and shares[place] >= share:
            best.add(place)
    return sorted(best)


def _stands_alone(sentence: str) -> bool:
    return (
        _SHORTEST <= len(words(sentence)) <= _LONGEST
        and not _LEANS.match(sentence)
        and sentence.count('"') % 2 == 0
        and sentence.rstrip(" \"'”’")[-1:] in tuple(".!?")
    )


def _telling(text: str) -> set[str]:
    """The stems of a text's words that tell something, and its numbers."""
    return {stem(word) for word in words(text) if len(word) >= _TELLING or word[0].isdigit()}
