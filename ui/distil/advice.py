"""What to do, in the page's own terms: its buttons and fields, not commands."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from distill.pairing import Finding
from distill.stats import BETTER, WORSE, limits, points

_REMEDIES = {
    "weak_teacher": "The Evaluate tab compares both on more texts. “Tune the teacher first” has the "
    "teacher learn from the labels of this data.",
    "vocabulary": "Choose a student with the teacher’s tokenizer, or start from “Layers of the teacher”.",
    "memory": "Lower “Batch size” under “Settings of the preset”, or write gradient_checkpointing=true "
    "into “Any other setting” under “Advanced”.",
    "one_example": "Upload more rows, or write validation=FILE into “Any other setting” under “Advanced”.",
}
"""By the finding's code, where the page offers another way than the command line."""
CAUGHT_UP = "The student has caught up with its teacher"
"""The beginning of the run's warning that the button “Tune the teacher first” answers."""


def remedy(finding: Finding) -> str:
    """What to do about a finding of the check."""
    return _REMEDIES.get(finding.code, finding.remedy)


def warning(text: str) -> str:
    """A run's warning, with the button that helps."""
    return f"{text} “Check on the data” offers a button for it." if text.startswith(CAUGHT_UP) else text


def is_worse(result: Mapping[str, Any] | None) -> bool:
    """Whether a finished run has made its student worse."""
    return _word(result) == WORSE


def verdict(result: Mapping[str, Any] | None) -> str:
    """Whether training helped, as HTML; nothing where that is unknown."""
    word = _word(result)
    if not result or word is None:
        return ""
    found = result["verdict"]
    change = f"{points(found['difference']['f'], signed=True)} ROUGE-L"
    told = f"{change} ({limits(found['difference'], signed=True)}) on {found['n']:,} validation examples"
    if word == WORSE:
        kind, said = "bad", "Worse than before training"
        advice = " Lower “Learning rate” under “Settings of the preset” and start again."
    elif word == BETTER:
        kind, said, advice = "good", "Better than before training", ""
    else:
        kind, said = "open", "Cannot be told apart from the student before training"
        advice = " More steps or more data may show a difference."
    return f'<div class="says"><strong class="verdict {kind}">{said}</strong>: {escape(told)}.{advice}</div>'


def _word(result: Mapping[str, Any] | None) -> str | None:
    found = (result or {}).get("verdict")
    return found["word"] if isinstance(found, Mapping) and "word" in found else None


def findings(kind: str, found: Sequence[Finding]) -> str:
    """Findings of the check as HTML, `problem` or `note` each."""
    return "".join(
        f'<div class="{kind}">{escape(entry.message)}<br><strong>What to do:</strong> '
        f"{escape(remedy(entry))}</div>"
        for entry in found
    )
