"""What a bench writes to a folder: every call, the rows, the plots."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from distill.benchmark.cases import Case, Sample

_PARTS = ("encode_seconds", "decode_seconds", "step_seconds")


def write_out(
    folder: Path, result: dict[str, Any], found: Sequence[tuple[Case, Mapping[str, Sequence[Sample]]]]
) -> list[str]:
    """Write `runs.csv` (every call), `rows.csv` (medians with their limits) and the plots; their paths."""
    from distill.benchmark.plots import plot_growth

    folder.mkdir(parents=True, exist_ok=True)
    rows = [{**row, **limit} for row, limit in zip(result["rows"], result["limits"]["rows"], strict=True)]
    files = [_write(folder / "runs.csv", _calls(found)), _write(folder / "rows.csv", rows)]
    return [str(file) for file in [*files, *plot_growth(folder, result["rows"], result["conditions"])]]


def _calls(found: Sequence[tuple[Case, Mapping[str, Sequence[Sample]]]]) -> Iterable[dict[str, Any]]:
    for case, samples in found:
        for name, calls in samples.items():
            for text, call in enumerate(calls):
                values = asdict(call) | {part: getattr(call, part) for part in _PARTS}
                values |= {key: " ".join(map(str, values[key])) for key in ("tokens_in", "tokens_out")}
                yield {"model": name, **vars(case), "text": text, **values}


def _write(file: Path, rows: Iterable[dict[str, Any]]) -> Path:
    rows = list(rows)
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file
