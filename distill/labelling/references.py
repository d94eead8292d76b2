"""The reference summaries of a data set, refined by the same rules as a teacher's."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from distill import rules
from distill.data import Example
from distill.labelling.refined import prepare, write_refined


def refine_references(
    examples: Sequence[Example],
    out: Path,
    wanted: str = "all",
    seen: Callable[[str], str] = lambda text: text,
) -> dict[str, Any]:
    """Write the examples whose references pass the rules, repaired, as training data.

    Args:
        examples: Texts with their references.
        out: The jsonl file to write: `document` whole, `summary`, and `rules`, the reason of each rule that
            touched it. The rules' report lies beside it, as `NAME.report.json`.
        wanted: The rules, as in `choose_rules`.
        seen: The part of a text that the rules compare a reference with, such as what a model reads of it.

    Returns:
        `written`, `rejected`, `report` (see `rules.report`), `out`.

    Raises:
        BadConfig: A rule, or the name of the file or its folder.
        RunConflict: The file or its report is there already.
    """
    chosen = rules.choose_rules(wanted)
    prepare(out)
    judged = [_judged(example, seen(example.document), chosen) for example in examples]
    rows = [
        {"document": example.document, "summary": entry.outcome.text, "rules": entry.outcome.touched}
        for example, entry in zip(examples, judged, strict=True)
        if entry.outcome.text
    ]
    return write_refined(out, len(examples), rows, rules.report(judged))


def _judged(example: Example, seen: str, chosen: dict[str, rules.Rule]) -> rules.JudgedDraft:
    return rules.JudgedDraft(seen, example.summary, rules.apply_rules(seen, example.summary, chosen))
