"""Articles to try, which no built-in run trains on or is judged by."""

import json
from pathlib import Path

_EXAMPLES = Path(__file__).parents[2] / "distill" / "data" / "samples" / "examples.jsonl"


def examples() -> list[tuple[str, str, str]]:
    """(label, article, reference summary) of each."""
    rows = [json.loads(line) for line in _EXAMPLES.read_text(encoding="utf-8").splitlines()]
    return [(row["subject"].capitalize(), row["document"], row["summary"]) for row in rows]
