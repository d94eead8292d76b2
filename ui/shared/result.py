"""What one column of one visitor holds: a summary and everything shown with it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from distill.rules import RuleOutcome
from models.decoding import Decoding, Summary
from models.serving.measure import DeviceMemory
from ui.shared.words import Overlap

_ROWS, _CHARACTERS = 500, 2_000_000
"""What a visit's log holds at most: results, and characters of their texts."""


@dataclass(frozen=True)
class Result:
    """One finished summary.

    Args:
        role: The column: `original`, `teacher` or `distilled`.
        summary: The text and its figures.
        overlap: The text sorted into copied and new words.
        decoding: The settings it was asked for with; None in them is what is usual for its model.
        source: Fingerprint of the input and its handling; only results of one source are compared.
        time: When it was finished (ISO 8601, UTC, whole seconds).
        rouge: F1 from 0 to 1 by name against the visitor's reference, or None.
        busy: Whether something else kept the machine busy meanwhile: a run, or any other program.
        gpu: Memory of the whole GPU right after the run; None on a CPU.
        rules: What rules made of the text, where they were asked to refine it.
        text: The visitor's text, whole.
        long_input: How what is beyond the limit was handled, `cut` or `parts`.
        reference: The summary that `rouge` was measured against, or nothing.
    """

    role: str
    summary: Summary
    overlap: Overlap
    decoding: Decoding
    source: str
    time: str
    rouge: Mapping[str, float] | None = None
    busy: bool = False
    gpu: DeviceMemory | None = None
    rules: RuleOutcome | None = None
    text: str = ""
    long_input: str = "cut"
    reference: str = ""

    def comparable(self, other: "Result") -> bool:
        """Whether times may be set against each other: same input, settings and device."""
        same = self.source == other.source and self.decoding == other.decoding
        kinds = {result.summary.device.partition(":")[0] for result in (self, other)}  # cuda, cuda:0
        return same and len(kinds) == 1


@dataclass(frozen=True)
class Session:
    """One visitor's columns and log; lives in `gr.State`, so it holds no model.

    Args:
        results: The newest result by role.
        rows: The results of this visit, oldest first; of very many, or very long, the newest.
        turn: Number of comparisons so far; decides which model runs first.
    """

    results: Mapping[str, Result] = field(default_factory=dict)
    rows: tuple[Result, ...] = ()
    turn: int = 0

    def add(self, result: Result) -> "Session":
        """This session with one more result."""
        rows = _newest((*self.rows, result))
        return replace(self, results={**self.results, result.role: result}, rows=rows)

    def without(self, role: str) -> "Session":
        """This session with the column of `role` empty; the log stays."""
        return replace(self, results={key: value for key, value in self.results.items() if key != role})


def _newest(rows: tuple[Result, ...]) -> tuple[Result, ...]:
    """Those that fit into a visit's share of the memory, the last one in any case."""
    left, first = _CHARACTERS, len(rows)
    while first and len(rows) - first < _ROWS and (left > 0 or first == len(rows)):
        first -= 1
        left -= len(rows[first].text)
    return rows[first:]


def fingerprint(text: str, long_input: str) -> str:
    """Shows whether two results come from the same input."""
    return hashlib.sha256(f"{long_input}\0{text}".encode(errors="surrogatepass")).hexdigest()[:16]
