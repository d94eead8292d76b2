"""A rule on reference summaries: which of their sentences does the source say at all?"""

import re

from distill.rules.taken import TELLING
from distill.rules.verdict import Verdict, accept, reject, repair
from distill.rules.words import sentences, stem, words

_LEANS = re.compile(r"\W*(?:he|she|it|they|his|her|its|their|this|these|those|but|and)\b", re.IGNORECASE)


def support(source: str, summary: str, *, share: float = 0.0, fewest: int = 1) -> Verdict:
    """Takes out sentences that the source does not support, and those that lean on one that was taken out.

    A sentence is supported if the source has all its numbers and at least `share` of its telling words.
    Rejects a summary that keeps fewer than `fewest` sentences.

    References tell much that their article does not, or only far behind what a model reads, and a model that
    learns from such sentences learns to invent: Nan et al. (2021), Entity-level Factual Consistency of
    Abstractive Text Summarization, arXiv:2102.09130. The defaults let everything pass. Beginnings of words
    are compared, so that another ending of the word counts.
    """
    if not share:
        return accept(summary)
    known = words(source)
    have = {*known, *map(stem, known)}
    kept: list[str] = []
    gone = False
    found = sentences(summary)
    for sentence in found:
        gone = not is_supported(words(sentence), have, share) or (gone and bool(_LEANS.match(sentence)))
        if not gone:
            kept.append(sentence)
    out = len(found) - len(kept)
    why = f"{out} of {len(found)} sentences not in the text"
    if len(kept) < fewest:
        return reject(summary, why if out else f"fewer than {fewest} sentences")
    between = "\n" if "\n" in summary else " "
    return repair(between.join(kept), why) if out else accept(summary)


def is_supported(sentence: list[str], have: set[str], share: float) -> bool:
    """Whether all numbers of a sentence's words, and `share` of those that tell something, are among `have`.

    Args:
        sentence: Its words.
        have: The source's words and their stems.
        share: 0 to 1.
    """
    if any(word not in have for word in sentence if word[0].isdigit()):
        return False
    told = [word for word in sentence if len(word) >= TELLING]
    return sum(stem(word) in have for word in told) >= share * len(told)
