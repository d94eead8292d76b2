"""Which of a document's own sentences say what its summary says."""

import re
from collections import Counter

SENTENCE_END = re.compile(r"[.!?](?:\s*[\"'”’)])?(?=\s|$)")
_WORD = re.compile(r"[a-z0-9]+")


def sentences(text: str) -> list[str]:
    """The whole sentences of a text; an unfinished last one is left out."""
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    return [text[start:end].strip() for start, end in zip([0, *ends], ends, strict=False)]


def oracle(document: str, summary: str) -> str:
    """The sentences of the document that together match the summary best, in the document's order.

    Greedy, by the F1 of shared words, until no further sentence improves it: Nallapati, Zhai & Zhou (2017),
    SummaRuNNer, arXiv:1611.04230. The first sentence where none shares a word.
    """
    candidates = sentences(document)
    wanted = _words(summary)
    counts = [_words(sentence) for sentence in candidates]
    chosen: list[int] = []
    best = 0.0
    while True:
        covered = sum((counts[index] for index in chosen), Counter())
        scored = [(_f1(covered + counts[i], wanted), -i) for i in range(len(candidates)) if i not in chosen]
        score, index = max(scored, default=(0.0, 0))
        if score <= best:
            return " ".join(candidates[i] for i in sorted(chosen)) or next(iter(candidates), document)
        best = score
        chosen.append(-index)


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _f1(found: Counter[str], wanted: Counter[str]) -> float:
    shared = (found & wanted).total()
    return 2 * shared / max(1, found.total() + wanted.total())
