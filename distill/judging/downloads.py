"""An evaluation as files to take away; they hold the F1 itself, from 0 to 1.

table.csv  a row a model      cases.csv  a row a text and model      cases.jsonl  a line a text, all told
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from distill.jobs.files import write_rows
from distill.judging.measures import FAULTS
from distill.judging.results import EQUIVALENCE
from distill.tasks.summarize.evaluation import ROUGE_KINDS

_ROW = (
    "model", "n", "retention", "mean_words", "novel_bigrams", "repeated_trigrams", "copied_sentences",
    "is_lead",
    "garbled_words", "garbled_summaries", "faulty", "empty", "seconds", "tokens_per_second", "timed_texts",
    "disturbed", "weights_bytes", "process_bytes", "peak_bytes", "joules", "parameters", "bytes", "engine",
    "device", "dtype", "beams", "max_new_tokens",
)  # fmt: skip
_CASE = (
    *ROUGE_KINDS, "cosine", "cosine_reference",
    "words", "novel_bigrams", "repeated_trigram", "copies_sentences", "is_lead", "tokens_in",
    "tokens_out", "seconds", "failed", "summary",
)  # fmt: skip


def write_table(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """One row per model."""
    write_rows(path, [_flat(row) for row in rows])


def write_cases(path: Path, cases: Sequence[Mapping[str, Any]]) -> None:
    """One row per text and model."""
    write_rows(path, list(_each(cases)))


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    difference = row["difference"] or {}
    return {
        **{name: row.get(name) for name in _ROW},
        "failed": len(row["failed"]),
        **{
            f"{kind}{end}": (row[kind] or {}).get(part)
            for kind in (*ROUGE_KINDS, *EQUIVALENCE)
            for part, end in (("f", ""), ("low", "_low"), ("high", "_high"))
        },
        **{f"flaw_{rule}": (row.get("flaws") or {}).get(rule) for rule in FAULTS},
        **{
            f"difference_{part}": difference.get(part)
            for part in ("f", "low", "high", "p", "p_holm", "verdict")
        },
    }


def _each(cases: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for case in cases:
        for model, answer in case["answers"].items():
            yield {
                "text": case["text"],
                "model": model,
                **{name: answer.get(name) for name in _CASE},
                "garbled": " ".join(answer.get("garbled") or []),
                "faults": "; ".join(f"{rule}: {why}" for rule, why in (answer.get("faults") or {}).items()),
                "reference": case["reference"],
            }
