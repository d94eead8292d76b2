"""The measures of one summary, text by text."""

from typing import Any

from distill.data import Example
from distill.judging.garbled import garbled_words
from distill.rules import RULES, apply_rules, choose_rules
from distill.rules.extracts import copies_sentences, is_lead
from distill.tasks.summarize.evaluation import has_repeated_trigram, novel_bigrams, rouge
from distill.tasks.summarize.words import split_words

_NO_FAULTS = ("support", "grounded", "salient", "copy", "opening", "extract", "duplicate")
FAULTS = tuple(name for name in RULES if name not in _NO_FAULTS)
"""The rules that find a fault in a single summary. Of the others one asks whether another text has the same
summary, and the rest accept any unless they are given a limit."""


def measure(summary: str, example: Example, english: bool) -> dict[str, Any]:
    """The measures of one summary.

    Args:
        summary: What was written.
        example: The text, and the reference where it has one.
        english: Whether garbled words can be told.

    Returns:
        ROUGE (`rouge1`, `rouge2`, `rougeL`, `rougeLsum`, F1 from 0 to 1) where there is a reference; `words`;
        `novel_bigrams`, a share; `repeated_trigram`, `copies_sentences`, `is_lead`; `garbled`, the words, or
        None; `faults`, the reason by each rule that repairs or rejects it.
    """
    document = example.document
    return {
        **(rouge(summary, example.summary) if example.summary else {}),
        "words": len(split_words(summary)),
        "novel_bigrams": novel_bigrams(summary, document),
        "repeated_trigram": has_repeated_trigram(summary),
        "copies_sentences": copies_sentences(summary, document),
        "is_lead": is_lead(summary, document),
        "garbled": garbled_words(summary, document) if english else None,
        "faults": apply_rules(document, summary, choose_rules(",".join(FAULTS))).touched,
    }
