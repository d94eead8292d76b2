"""The log of a visit: one flat row a summary, as a table and as files."""

import csv
import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from distill.stats import points
from ui.result import Result

COLUMNS = {
    "time": "Time (UTC)",
    "role": "Column",
    "model": "Model",
    "text": "Summary",
    "seconds": "Latency (s)",
    "tokens_per_second": "Tokens/s",
    "beams": "Beams",
    "tokens_in": "Tokens in",
    "tokens_out": "Tokens out",
    "engine": "Engine",
    "dtype": "Precision",
    "rougeL": "ROUGE-L",
}
"""What the table shows of a row; the files hold all of it."""


WIDTHS: list[str | int] = [105, 100, 185, 480, 110, 95, 80, 100, 105, 115, 95, 95]
"""Of the table's columns, in pixels."""


def row(result: Result) -> dict[str, Any]:
    """A result as one flat record: its figures, their conditions and the text."""
    decoding = result.decoding
    return {
        "time": result.time,
        "role": result.role,
        **result.summary.as_dict(),
        "beams": decoding.beams,
        "max_new_tokens": decoding.max_new_tokens,
        "min_new_tokens": decoding.min_new_tokens,
        "length_penalty": decoding.length_penalty,
        "no_repeat_ngram": decoding.no_repeat_ngram,
        "early_stopping": decoding.early_stopping,
        "words": result.overlap.words,
        "new_words": result.overlap.new,
        "copied_words": result.overlap.copied,
        "rules": "; ".join(f"{name}: {why}" for name, why in result.rules.touched.items())
        if result.rules
        else None,
        "machine_busy": result.busy,
        "gpu_used_bytes": result.gpu.used_bytes if result.gpu else None,
        "gpu_total_bytes": result.gpu.total_bytes if result.gpu else None,
        "refined": result.rules is not None,
        "input_id": result.source,
        "input": result.text,
        "long_input": result.long_input,
        "reference": result.reference or None,
        **{name: (result.rouge or {}).get(name) for name in ("rouge1", "rouge2", "rougeL", "rougeLsum")},
    }


def table(results: Sequence[Result]) -> pd.DataFrame:
    """The newest results first, rounded for reading; ROUGE in points, as all over the page."""
    rows = [row(result) for result in reversed(results)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).rename(columns=COLUMNS)
    frame["Time (UTC)"] = frame["Time (UTC)"].str.slice(11, 19)
    frame["ROUGE-L"] = [None if score is None else points(score) for score in frame["ROUGE-L"]]
    return frame.round({"Latency (s)": 3, "Tokens/s": 1})


def csv_text(results: Sequence[Result]) -> str:
    """All results as CSV with a header; text that a spreadsheet would run as a formula is quoted."""
    rows = [row(result) for result in results]
    sink = io.StringIO()
    writer = csv.DictWriter(sink, fieldnames=list(rows[0]) if rows else list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _inert(value) for key, value in entry.items()} for entry in rows)
    return sink.getvalue()


def json_lines(results: Sequence[Result]) -> str:
    """All results, one JSON object a line."""
    return "".join(json.dumps(row(result), ensure_ascii=False) + "\n" for result in results)


def files(results: Sequence[Result], folder: Path) -> tuple[str, str]:
    """Write both forms to a fresh folder below `folder`; returns the paths of CSV and JSON Lines."""
    folder.mkdir(parents=True, exist_ok=True)
    target = Path(tempfile.mkdtemp(prefix="log-", dir=folder))
    table_file, lines_file = target / "summaries.csv", target / "summaries.jsonl"
    table_file.write_text(csv_text(results), encoding="utf-8")
    lines_file.write_text(json_lines(results), encoding="utf-8")
    return str(table_file), str(lines_file)


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
