"""Which of a document's own sentences say what its summary says."""

from collections import Counter
from collections.abc import Sequence

from distill.config.sections import LEAD_WORDS
from distill.tasks.summarize.words import split_words
from models.text.sentences import sentence_ends
from models.text.tidying import without_dateline


def sentences(text: str) -> list[str]:
    """The whole sentences of a text; an unfinished last one is left out."""
    ends = sentence_ends(text)
    return [text[start:end].strip() for start, end in zip([0, *ends], ends, strict=False)]


def oracle(document: str, summary: str, gain: float | None = None, lead_words: int = LEAD_WORDS) -> str:
    """The sentences of the document that together match the summary best, in the document's order.

    Greedy, by the F1 of shared words, until no further sentence improves it: Nallapati, Zhai & Zhou (2017),
    SummaRuNNer, arXiv:1611.04230. The first sentence where none shares a word.

    Args:
        document, summary: Plain texts.
        gain: With it the document's first sentences are the answer unless others match by so much more F1.
            What is hardly better is noise to a learner; the news' beginning is the safe choice.
        lead_words: Words of these first sentences at least.
    """
    found = sentences(without_dateline(document))
    candidates = [sentence for sentence in found if _can_stand_alone(sentence)] or found
    wanted = _words(summary)
    chosen = _best(candidates, wanted)
    if gain is not None:
        first = _first(candidates, lead_words)
        if _match(candidates, chosen, wanted) - _match(candidates, first, wanted) <= gain:
            chosen = first
    return " ".join(candidates[i] for i in chosen) or document


def _can_stand_alone(sentence: str) -> bool:
    """Not half of a quotation that spans sentences."""
    return sentence.count('"') % 2 == 0 and sentence.count("“") == sentence.count("”")


def _best(candidates: Sequence[str], wanted: Counter[str]) -> list[int]:
    """Greedily chosen places, in order; the first candidate where none shares a word."""
    chosen: list[int] = []
    best = 0.0
    while len(chosen) < len(candidates):
        scores = {
            i: _match(candidates, [*chosen, i], wanted) for i in range(len(candidates)) if i not in chosen
        }
        place = max(scores, key=lambda i: (scores[i], -i))
        if scores[place] <= best:
            break
        best = scores[place]
        chosen.append(place)
    return sorted(chosen) or [0][: len(candidates)]


def _first(candidates: Sequence[str], least: int) -> list[int]:
    """As many of the first candidates as it takes to reach this many words."""
    words = [_words(candidate).total() for candidate in candidates]
    return [place for place in range(len(candidates)) if sum(words[:place]) < least]


def _match(candidates: Sequence[str], chosen: Sequence[int], wanted: Counter[str]) -> float:
    """F1 of the words that the chosen candidates share with the wanted ones."""
    found = _words(" ".join(candidates[i] for i in chosen))
    return 2 * (found & wanted).total() / max(1, found.total() + wanted.total())


def _words(text: str) -> Counter[str]:
    return Counter(split_words(text))
