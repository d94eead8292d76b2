"""How good summaries are: ROUGE with intervals, retention, novelty, repetition. Imports nothing heavy."""

import re
from collections.abc import Sequence
from functools import cache
from statistics import fmean
from typing import Any

from distill.stats import NO_VERDICT, interval
from distill.tasks.summarize.words import split_words

ROUGE_KINDS = ("rouge1", "rouge2", "rougeL", "rougeLsum")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]”’]*\s+")


@cache
def _scorer(*kinds: str) -> Any:
    from rouge_score.rouge_scorer import RougeScorer
    from rouge_score.tokenizers import DefaultTokenizer

    return RougeScorer(list(kinds), tokenizer=_Words(DefaultTokenizer(use_stemmer=True)))


class _Words:
    """rouge-score's words where a text is ASCII; elsewhere it would drop every letter but a to z.

    Args:
        english: rouge-score's own, which stems.
    """

    def __init__(self, english: Any) -> None:
        self._english = english

    def tokenize(self, text: str) -> list[str]:
        if text.isascii():
            return self._english.tokenize(text)
        return [
            stem
            for word in split_words(text)
            for stem in (self._english.tokenize(word) if word.isascii() else [word])
        ]


def rouge(prediction: str, reference: str) -> dict[str, float]:
    """F1 of ROUGE-1, -2, -L and -Lsum, 0 to 1, by rouge-score with stemming; words of any script count.

    Lin (2004), ROUGE: A Package for Automatic Evaluation of Summaries. Lsum compares sentence by sentence.
    """
    return _f1(prediction, reference, ROUGE_KINDS)


def rouge_l(prediction: str, reference: str) -> float:
    """F1 of ROUGE-L as `rouge` has it, in less than half the time that all kinds take."""
    return _f1(prediction, reference, ("rougeL",))["rougeL"]


def _f1(prediction: str, reference: str, kinds: Sequence[str]) -> dict[str, float]:
    scores = _scorer(*kinds).score(_sentences(reference), _sentences(prediction))
    return {kind: score.fmeasure for kind, score in scores.items()}


def novel_bigrams(summary: str, document: str) -> float:
    """The share of the summary's word bigrams that do not occur in the document, 0 to 1."""
    pairs = _ngrams(summary, 2)
    known = set(_ngrams(document, 2))
    return fmean(pair not in known for pair in pairs) if pairs else 0.0


def has_repeated_trigram(summary: str) -> bool:
    """Whether any word trigram occurs twice."""
    triples = _ngrams(summary, 3)
    return len(triples) != len(set(triples))


def style(summaries: Sequence[str], documents: Sequence[str]) -> dict[str, float]:
    """What the texts tell without a reference: `novel_bigrams`, the mean share; `repeated_trigrams`."""
    pairs = list(zip(summaries, documents, strict=True))
    return {
        "novel_bigrams": fmean(novel_bigrams(summary, document) for summary, document in pairs),
        "repeated_trigrams": fmean(has_repeated_trigram(summary) for summary in summaries),
    }


def score_table(results: Sequence[dict[str, Any]]) -> str:
    """What `evaluate` found, for people to read: F1 × 100, and each model's difference to the first."""
    head = "".join(f"{kind:21}" for kind in ("ROUGE-1", "ROUGE-2", "ROUGE-L"))
    retained = any(row["retention"] is not None for row in results)
    lines = [f"{'model':36} {'n':>4}  {head}{'retention' if retained else ''}".rstrip()]
    for row in results:
        scores = "".join(f"{_score(row[kind]):21}" for kind in ("rouge1", "rouge2", "rougeL"))
        kept = f"{_percent(row['retention']):>9}" if retained else ""
        lines.append(f"{row['model']:36} {row['n']:4}  {scores}{kept}".rstrip())
    lines.append("ROUGE is F1 × 100 with its 95% interval.")
    compared = [row for row in results[1:] if row["difference"]]
    lines += [f"{row['model']} less {results[0]['model']}: {_difference(row, compared)}" for row in compared]
    lines += sorted({row["difference"]["why"] for row in compared} - {None})
    for row in results:
        shares = ", ".join(f"{name} {share:.1%}" for name, share in row.get("flaws", {}).items())
        lines.append(f"{row['model']}: repaired or rejected by the rules for {shares}")
    return "\n".join(lines)


def _score(found: dict[str, float] | None) -> str:
    return interval(found) if found else "–"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _difference(row: dict[str, Any], compared: Sequence[dict[str, Any]]) -> str:
    found = row["difference"]
    told = f"ROUGE-L {interval(found, signed=True)}"
    if found["verdict"] == NO_VERDICT:
        return told
    corrected = f", Holm's correction for {len(compared)}" if len(compared) > 1 else ""
    return f"{told}: {found['verdict']} (paired test, p = {found['p_holm']:.2g}{corrected})"


def _sentences(text: str) -> str:
    """One sentence per line. rouge-score's own splitting needs a download."""
    return _SENTENCE_END.sub("\n", text)


def _ngrams(text: str, size: int) -> list[tuple[str, ...]]:
    words = split_words(text)
    return [tuple(words[index : index + size]) for index in range(len(words) - size + 1)]
