"""How many summaries each rule touched, with samples."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from distill.rules.outcome import RuleOutcome
from distill.rules.verdict import Kind

SAMPLES = 3
_OPENING = 200
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class JudgedDraft:
    """A draft, its source and what the rules did to it."""

    source: str
    draft: str
    outcome: RuleOutcome


def report(judged: Sequence[JudgedDraft]) -> dict[str, Any]:
    """Per rule how many drafts it accepted, repaired and rejected, and up to three samples of the latter two.

    Every rule judges every draft, even one that another rule rejects. With several drafts a text, those after
    the first good one are not judged and not counted.

    Returns:
        `drafts`; `accepted`, `repaired`, `rejected`: drafts by their worst verdict; `rules`: by name the
        three counts and `samples`.
    """
    names = judged[0].outcome.verdicts if judged else {}
    worst = Counter(KINDS[max(map(KINDS.index, entry.outcome.kinds), default=0)] for entry in judged)
    return {
        "drafts": len(judged),
        **{kind: worst[kind] for kind in KINDS},
        "rules": {name: _of_rule(name, judged) for name in names},
    }


def report_table(found: dict[str, Any]) -> str:
    """A report as text: the counts, then the samples."""
    rows = [f"{'rule':<12}{''.join(f'{kind:>10}' for kind in KINDS)}"]
    for name, entry in {**found["rules"], "all": found}.items():
        rows.append(f"{name:<12}{''.join(f'{entry[kind]:>10}' for kind in KINDS)}")
    for name, entry in found["rules"].items():
        for sample in entry["samples"]:
            rows += ["", f"{name} {sample['verdict']}: {sample['why']}", f"  draft: {sample['draft']}"]
            if sample["verdict"] == "repaired":
                rows.append(f"  kept:  {sample['kept']}")
    return "\n".join(rows)


def _of_rule(name: str, judged: Sequence[JudgedDraft]) -> dict[str, Any]:
    counts = Counter(entry.outcome.verdicts[name].kind for entry in judged)
    samples = []
    for kind in KINDS[1:]:
        touched = [entry for entry in judged if entry.outcome.verdicts[name].kind == kind]
        samples += [_sample(name, entry) for entry in touched[:SAMPLES]]
    return {**{kind: counts[kind] for kind in KINDS}, "samples": samples}


def _sample(name: str, entry: JudgedDraft) -> dict[str, str]:
    verdict = entry.outcome.verdicts[name]
    return {
        "verdict": verdict.kind,
        "why": verdict.why,
        "draft": entry.draft,
        "kept": verdict.text,
        "document": entry.source[:_OPENING],
    }
