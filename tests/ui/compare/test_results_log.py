import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from models.settings import Settings
from ui.compare import results_log
from ui.shared import result
from ui.shared.result import Result, Session

Make = Callable[..., Result]


def test_the_table_shows_the_newest_first(make_result: Make) -> None:
    frame = results_log.results_frame((make_result("original"), make_result("teacher")))
    assert list(frame["Column"]) == ["teacher", "original"]
    assert list(frame.columns) == list(results_log.COLUMNS.values())


def _written(result: Result, folder: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """A result as CSV and as JSON Lines have it."""
    table, lines = results_log.files([results_log.row(result)], folder, "log")
    (row,) = csv.DictReader(io.StringIO(Path(table).read_text(encoding="utf-8")))
    (line,) = Path(lines).read_text(encoding="utf-8").splitlines()
    return row, json.loads(line)


def test_files_hold_every_figure(make_result: Make, tmp_path: Path) -> None:
    row, record = _written(make_result(rouge={"rougeL": 0.25}), tmp_path)
    for key in (
        "model",
        "text",
        "seconds",
        "engine",
        "device",
        "dtype",
        "beams",
        "tokens_cut",
        "rougeL",
        "no_repeat_ngram",
    ):
        assert row[key] == ("" if record[key] is None else str(record[key]))
    assert record["rougeL"] == 0.25


def test_a_comparison_can_be_rebuilt_from_a_row(make_result: Make, tmp_path: Path) -> None:
    asked = replace(make_result(), text="A text.\nOf two lines.", reference="A line.", long_input="parts")
    row, record = _written(asked, tmp_path)
    for found in (row, record):
        assert (found["input"], found["reference"], found["long_input"]) == (
            "A text.\nOf two lines.", "A line.", "parts",
        )  # fmt: skip
    assert record["refined"] is False


def test_the_table_shows_whole_summaries_before_the_figures(make_result: Make) -> None:
    frame = results_log.results_frame((make_result(text="word " * 100),))
    assert list(frame.columns)[:4] == ["Time (UTC)", "Column", "Summary", "Model"]
    assert frame["Summary"][0] == "word " * 100


def test_a_spreadsheet_runs_no_formula(make_result: Make, tmp_path: Path) -> None:
    row, _ = _written(make_result(text='=HYPERLINK("x")'), tmp_path)
    assert row["text"] == '\'=HYPERLINK("x")'


def test_line_breaks_and_quotes_survive(make_result: Make, tmp_path: Path) -> None:
    text = 'He said: "no",\nand left 🙂'
    row, _ = _written(make_result(text=text), tmp_path)
    assert row["text"] == text


def test_a_text_with_half_a_character_is_kept_all_the_same(make_result: Make, tmp_path: Path) -> None:
    rows = [results_log.row(make_result(text="one \ud83d two"))]
    table, _ = results_log.files(rows, tmp_path, "log")
    assert "one ? two" in Path(table).read_text(encoding="utf-8")


def test_a_visit_has_one_folder_that_no_other_visit_can_guess(settings: Settings) -> None:
    folders = [
        results_log.folder_of(cast(Any, SimpleNamespace(session_hash=name)), settings) for name in "aab"
    ]
    assert folders[0] == folders[1] != folders[2]
    assert folders[0].name != "a"


def test_a_visit_s_log_is_bounded(make_result: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result, "_ROWS", 3)
    monkeypatch.setattr(result, "_CHARACTERS", 10)
    session = Session()
    for size in (1, 1, 1, 1):
        session = session.add(replace(make_result(), text="a" * size))
    assert len(session.rows) == 3
    for size, kept in ((9, 2), (9, 2), (99, 1), (1, 2)):
        session = session.add(replace(make_result(), text="a" * size))
        assert (len(session.rows), len(session.rows[-1].text)) == (kept, size)
