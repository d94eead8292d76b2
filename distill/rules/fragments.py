"""A rule: a sentence taken from the source begins and ends where one can."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain

from distill.rules.form import ENGLISH
from distill.rules.verbs import has_verb
from distill.rules.verdict import Verdict, accept, reject, repair
from distill.rules.words import located, sentences

_MARK = re.compile(r"[^\w\s'’.,$£€]|,(?!$)")  # not a point or a comma within an abbreviation or a number
_BINDS = re.compile(
    r"the|an?|of|in|to|for|with|on|at|by|from|under|like|about|into|over|his|her|its|their|our|my|your|these|those"
    r"|is|are|was|were|be|been|has|have|had|will|would|can|could|may|might|must|should|not|very|mrs?|ms|dr|st|prof"
)
"""What belongs to the word after it, so that no sentence begins between them, and none ends after it."""
_BOUND = re.compile(r"of|is|are|was|were|has|have|had|will|would|been")
"""What belongs to the words before it."""
Words = list[tuple[str, str]]


def fragments(source: str, summary: str) -> Verdict:
    """Takes out each sentence that is a piece of one of the source's, cut where no sentence begins or ends or
    without a verb; rejects what is left empty. Looks at English alone.

    "The shooting comes as Albuquerque police." is such a piece. What is told in other words than the
    source's is not judged.
    """
    if not ENGLISH.search(source):
        return accept(summary)
    places = _by_first_word(located(sentence) for sentence in sentences(source))
    lines = [sentences(line) for line in summary.splitlines()]
    judged = {sentence: _broken(sentence, places) for sentence in dict.fromkeys(chain(*lines))}
    broken = [why for why in judged.values() if why]
    if not broken:
        return accept(summary)
    left = [" ".join(sentence for sentence in line if not judged[sentence]) for line in lines]
    kept = "\n".join(filter(None, left))
    return repair(kept, f"{broken[0]}: sentence taken out") if kept else reject(summary, broken[0])


def _by_first_word(known: Iterable[Words]) -> dict[str, list[tuple[Words, int]]]:
    """Where each word stands: in which of these sentences, and there at which place."""
    places = defaultdict(list)
    for words in known:
        for place, (word, _) in enumerate(words):
            places[word].append((words, place))
    return places


def _broken(sentence: str, places: Mapping[str, list[tuple[Words, int]]]) -> str:
    """What is wrong with a sentence; nothing where the source has it whole, or nowhere."""
    own = [word for word, _ in located(sentence)]
    if not own:
        return ""
    whole = has_verb(sentence)
    why = [
        _cut(words, place, place + len(own), whole)
        for words, place in places.get(own[0], ())
        if place + len(own) <= len(words) and all(words[place + i][0] == word for i, word in enumerate(own))
    ]
    return why[0] if why and all(why) else ""


def _cut(words: Words, start: int, end: int, whole: bool) -> str:
    """What is wrong with the words between two places of a source's sentence, with a verb or not."""
    if end - start == len(words):
        return ""
    if start:
        before, mark = words[start - 1]
        if _BINDS.fullmatch(before) and not _MARK.search(mark):
            return f"begins after “{before}”"
    last, mark = words[end - 1]
    if end < len(words) and not _MARK.search(mark):
        if _BINDS.fullmatch(last):
            return f"ends in “{last}”"
        if _BOUND.fullmatch(words[end][0]) or "," in mark:  # of a number
            return f"ends before “{words[end][0]}”"
    return "" if whole else "no verb"
