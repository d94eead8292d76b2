"""A rule: a sentence taken from the source begins and ends where one can."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from distill.rules.verbs import has_verb
from distill.rules.verdict import Verdict, accept, reject, repair
from distill.rules.words import located, sentences

_ENGLISH = re.compile(r"\bthe\b", re.IGNORECASE)
_MARK = re.compile(r"[^\w\s'’.]")  # a point within a sentence is an abbreviation's
_BEFORE = re.compile(
    r"(?:that|and|but|because|so|while|although|though|whether|if|as|or|says|said|when|after|before|since|how|why)"
)
"""The word before what can be a sentence of its own."""
_AFTER = re.compile(
    r"(?:who|which|whose|whom|where|when|while|including|such|along|according|following|after|before|despite|during"
    r"|like|with|without|from|in|on|at|by|for|as|under|near|because|although|though|since|so|and|or|but|not|to|that"
    r"|into|over|if|up|out|about|amid|until|through|between|against|among|around|once|now|then|again|\w+ing|\w+ly)"
)
"""The word after what can be one."""
_DANGLES = re.compile(
    r"(?:is|are|was|were|be|been|has|have|had|to|of|the|an?|and|or|but|at|with|for|from|by|that|which|their|his|its)"
)
Words = list[tuple[str, str]]


def fragments(source: str, summary: str) -> Verdict:
    """Takes out each sentence that is a piece of one of the source's, cut where no sentence begins or ends or
    without a verb; rejects what is left empty. Looks at English alone.

    "The shooting comes as Albuquerque police." is such a piece. What is told in other words than the
    source's is not judged.
    """
    if not _ENGLISH.search(source):
        return accept(summary)
    places = _by_first_word(located(sentence) for sentence in sentences(source))
    parts = sentences(summary)
    judged = {sentence: _broken(sentence, places) for sentence in dict.fromkeys(parts)}
    broken = [judged[sentence] for sentence in parts if judged[sentence]]
    if not broken:
        return accept(summary)
    kept = ("\n" if "\n" in summary else " ").join(part for part in parts if not judged[part])
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
        if not (_MARK.search(mark) or _BEFORE.fullmatch(before)):
            return f"begins after “{before}”"
    if end < len(words):
        last = words[end - 1]
        if _DANGLES.fullmatch(last[0]):
            return f"ends in “{last[0]}”"
        if not (_MARK.search(last[1]) or _AFTER.fullmatch(words[end][0])):
            return f"ends before “{words[end][0]}”"
    return "" if whole else "no verb"
