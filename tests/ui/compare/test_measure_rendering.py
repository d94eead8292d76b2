import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from models.decoding import Decoding, Summary
from models.store.catalogue import ROLES
from ui.compare import columns, presets
from ui.compare.comparing import Request
from ui.compare.measure_events import ended
from ui.compare.measure_rendering import chart, measured_table, progress
from ui.compare.measuring import Measured, Progress
from ui.shared.result import Result


@pytest.fixture
def runs(make_result: Callable[..., Result]) -> Callable[..., tuple[Summary, ...]]:
    def make(role: str, *seconds: float) -> tuple[Summary, ...]:
        summary = make_result(role).summary
        return tuple(replace(summary, seconds=value) for value in seconds)

    return make


def test_medians_intervals_and_paired_ratios(runs: Callable[..., tuple[Summary, ...]]) -> None:
    measured = Measured(
        3, {"teacher": runs("teacher", 2.0, 4.0, 6.0), "distilled": runs("distilled", 1.0, 1.0, 1.5)}
    )
    html = measured_table(measured)
    assert "<td>4.00 s" in html
    assert "2.00 s to 6.00 s" in html
    assert "4.0× as fast" in html  # of 2, 4 and 4
    assert "embedded/distilled · torch float32 on cpu · 412 tokens in, 58 out" in html
    assert "4 beams · 3 runs of each model" in html
    assert "Stopped" not in html


def test_percentiles_are_told_from_twenty_runs_on(runs: Callable[..., tuple[Summary, ...]]) -> None:
    assert "from 20 runs on" in measured_table(Measured(19, {"teacher": runs("teacher", *[1.0] * 19)}))
    html = measured_table(Measured(21, {"teacher": runs("teacher", *range(1, 22))}))
    assert "from 20 runs on" not in html
    assert "<td>2.00 s to 20.0 s</td>" in html


def test_without_a_teacher_the_first_is_the_reference(runs: Callable[..., tuple[Summary, ...]]) -> None:
    html = measured_table(
        Measured(1, {"original": runs("original", 2.0), "distilled": runs("distilled", 4.0)})
    )
    assert "Against the original" in html
    assert "0.50× as fast" in html


def test_a_stop_and_a_disturbance_are_said(runs: Callable[..., tuple[Summary, ...]]) -> None:
    html = measured_table(Measured(10, {"teacher": runs("teacher", 1.0, 1.0)}, busy=True))
    assert "Stopped after 2 of 10 runs." in html
    assert "busy with other work" in html
    assert "before the first run" in measured_table(Measured(10))


def test_what_failed_says_so_as_text() -> None:
    html = measured_table(Measured(10, problems={"teacher": "no folder <b>x</b>"}))
    assert "Teacher: no folder &lt;b&gt;x&lt;/b&gt;" in html
    assert "Stopped" not in html


def test_the_chart_has_a_point_a_run(runs: Callable[..., tuple[Summary, ...]]) -> None:
    frame = chart(
        Measured(2, {"teacher": runs("teacher", 1.0, 2.0), "distilled": runs("distilled", 0.5, 0.6)})
    )
    assert frame.to_numpy().tolist() == [
        [1, 1.0, "Teacher"],
        [2, 2.0, "Teacher"],
        [1, 0.5, "Distilled"],
        [2, 0.6, "Distilled"],
    ]


def test_nothing_measured_shows_nothing(tmp_path: Path) -> None:
    start, stop, said, html, plot, *files = ended(None, tmp_path)
    assert not any(file["visible"] for file in files)
    assert (start["interactive"], stop["interactive"], said, html, plot["visible"]) == (
        True,
        False,
        "",
        "",
        False,
    )


def test_progress_has_a_bar_where_it_is_known() -> None:
    assert 'aria-valuenow="30"' in progress(Progress("Run 4 of 10", 0.3))
    assert "bar" not in progress(Progress("Loading <x>"))
    assert "&lt;x&gt;" in progress(Progress("Loading <x>"))


def test_presets_set_every_column_to_an_engine_it_offers() -> None:
    assert presets.LABELS.keys() == presets.ENGINES.keys()
    for engines in presets.ENGINES.values():
        assert tuple(engines) == ROLES
        assert set(engines.values()) <= columns.ENGINES.keys()


def test_each_run_can_be_taken_away(runs: Callable[..., tuple[Summary, ...]], tmp_path: Path) -> None:
    asked = Request("The whole text.", {}, Decoding(beams=2), "parts")
    measured = Measured(2, {"teacher": runs("teacher", 2.0, 4.0)}, busy=True, request=asked)
    *_, table_file, lines = ended(measured, tmp_path)
    rows = list(csv.DictReader(io.StringIO(Path(table_file["value"]).read_text(encoding="utf-8"))))
    assert [(row["role"], row["run"], row["seconds"]) for row in rows] == [
        ("teacher", "1", "2.0"),
        ("teacher", "2", "4.0"),
    ]
    [first, _] = map(json.loads, Path(lines["value"]).read_text(encoding="utf-8").splitlines())
    assert (first["input"], first["long_input"], first["beams"]) == ("The whole text.", "parts", 2)
    assert first["machine_busy"] is True
    assert table_file["visible"]
    assert table_file["interactive"]
