"""Articles to try, taken from the bundled samples."""

import json
from pathlib import Path

_SAMPLES = Path(__file__).parents[2] / "distill" / "data" / "samples" / "validation.jsonl"
_SUBJECTS = ("science", "sport", "health", "business", "culture")


def examples(path: Path = _SAMPLES, number: int = 5) -> list[tuple[str, str, str]]:
    """Up to `number` of (label, article, reference summary), as far as possible one per subject."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    chosen: dict[str, dict[str, str]] = {}
    for row in rows:
        chosen.setdefault(row.get("subject", row["document"][:20]), row)
    ordered = sorted(chosen, key=lambda subject: (subject not in _SUBJECTS, subject))
    return [
        (subject.capitalize(), chosen[subject]["document"], chosen[subject]["summary"]) for subject in ordered
    ][:number]
