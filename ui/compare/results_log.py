"""The log of a visit: one flat row per summary, as a table and as files."""

import hashlib
import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import gradio as gr
import pandas as pd

from distill.jobs.files import write_rows, write_text
from distill.stats import points
from models.decoding import Decoding
from models.settings import Settings
from ui.shared.result import Result

_SECRET = secrets.token_hex(16)
_log = logging.getLogger(__name__)
COLUMNS = {
    "time": "Time (UTC)",
    "role": "Column",
    "text": "Summary",
    "model": "Model",
    "seconds": "Latency (s)",
    "tokens_per_second": "Tokens/s",
    "beams": "Beams",
    "tokens_in": "Tokens in",
    "tokens_out": "Tokens out",
    "engine": "Engine",
    "dtype": "Precision",
    "rougeL": "ROUGE-L",
}
"""The columns that the table shows; the files hold all of them."""


WIDTHS: list[str | int] = [105, 100, 480, 185, 110, 95, 80, 100, 105, 115, 95, 95]
"""Of the table's columns, in pixels."""


def settings(decoding: Decoding) -> dict[str, Any]:
    """How a summary was generated; None stands for its model's default."""
    return {entry.name: getattr(decoding, entry.name) for entry in fields(decoding) if entry.name != "usual"}


def row(result: Result) -> dict[str, Any]:
    """A result as one flat record: its figures, their conditions and the text."""
    return {
        "time": result.time,
        "role": result.role,
        **result.summary.as_dict(),
        **settings(result.decoding),
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


def results_frame(results: Sequence[Result]) -> pd.DataFrame:
    """The newest results first, rounded for reading; ROUGE in points, as all over the page."""
    rows = [row(result) for result in reversed(results)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).rename(columns=COLUMNS)
    frame["Time (UTC)"] = frame["Time (UTC)"].str.slice(11, 19)
    frame["ROUGE-L"] = [None if score is None else points(score) for score in frame["ROUGE-L"]]
    return frame.round({"Latency (s)": 3, "Tokens/s": 1})


def folder_of(request: gr.Request, settings: Settings) -> Path:
    """Where a visit's files are: one folder, however many summaries there are, which nobody can guess."""
    name = hashlib.sha256(f"{_SECRET} {request.session_hash}".encode()).hexdigest()[:32]
    return settings.temporary / "log" / name


def files(rows: Sequence[Mapping[str, Any]], folder: Path, name: str) -> tuple[str, str]:
    """Write both forms to a folder, in place of what is there; returns the paths of CSV and JSON Lines."""
    folder.mkdir(parents=True, exist_ok=True)
    table_file, lines_file = folder / f"{name}.csv", folder / f"{name}.jsonl"
    write_rows(table_file, rows)
    # Unlike the program's own JSON it is there to be read, so no letter is escaped.
    write_text(lines_file, "".join(f"{json.dumps(entry, ensure_ascii=False)}\n" for entry in rows))
    return str(table_file), str(lines_file)


def downloads(rows: Sequence[Mapping[str, Any]], folder: Path, name: str) -> list[Any]:
    """What the two download buttons become: CSV and JSON Lines of the rows, or nothing to press."""
    nothing = [gr.update(interactive=False)] * 2
    if not rows:
        return nothing
    try:
        return [gr.update(value=file, interactive=True) for file in files(rows, folder, name)]
    except OSError as problem:  # with a full disk there are no downloads, but still a page
        _log.error("The results cannot be written to %s: %s", folder, problem)
        return nothing
