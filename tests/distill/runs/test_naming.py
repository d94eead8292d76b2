"""A run's name and note."""

from dataclasses import replace
from pathlib import Path

import pytest

from distill import runs
from distill.config import RunConfig
from distill.errors import BadConfig
from distill.jobs.checksums import checksums
from distill.runs import Run, naming
from models.errors import BadRequest
from models.settings import Settings


@pytest.fixture
def run(settings: Settings) -> Run:
    return runs.create(RunConfig(student="embedded/original", teacher="t"), settings)


def test_a_name_changes_no_other_file(run: Run, settings: Settings) -> None:
    before = checksums(run.folder)
    assert (run.status().name, run.status().note, run.status().label) == ("", "", run.run_id)
    naming.give(run, settings, "  Small one,\tfor\nnews ", "first line \n\nthird\x07 line\n")
    status = run.status()
    assert (status.name, status.note) == ("Small one, for news", "first line\n\nthird line")
    assert status.label == f"Small one, for news ({run.run_id})"
    assert checksums(run.folder, leave_out="name.json") == before


def test_each_is_changed_alone_and_taken_away(run: Run, settings: Settings) -> None:
    naming.give(run, settings, "one", "two")
    naming.give(run, settings, note="three")
    assert (run.status().name, run.status().note) == ("one", "three")
    naming.give(run, settings, "")
    assert (run.status().name, run.status().note) == ("", "three")


@pytest.mark.parametrize(("name", "note"), [("x" * 81, None), (None, "x" * 2001)])
def test_too_long_a_text_is_refused_and_nothing_is_lost(
    name: str | None, note: str | None, run: Run, settings: Settings
) -> None:
    naming.give(run, settings, "x" * 80, "y" * 2000)
    with pytest.raises(BadConfig, match="is the limit"):
        naming.give(run, settings, name, note)
    assert (len(run.status().name), len(run.status().note)) == (80, 2000)


@pytest.mark.parametrize("damaged", ["{", "[]", '{"name": 1, "note": null}'])
def test_a_damaged_name_is_none(damaged: str, run: Run, settings: Settings) -> None:
    (run.folder / "name.json").write_text(damaged)
    assert (run.status().name, run.status().note) == ("", "")
    naming.give(run, settings, "one")
    assert run.status().name == "one"


@pytest.mark.parametrize("distil", [False, True])
def test_a_visitor_names_runs_only_where_runs_may_be_started(
    distil: bool, run: Run, settings: Settings, tmp_path: Path
) -> None:
    visitor = replace(settings, visitor=True, enable_distill=distil)
    if distil:
        naming.give(run, visitor, "one")
    else:
        with pytest.raises(BadRequest, match="ENABLE_DISTILL=0"):
            naming.give(run, visitor, "one")
    assert run.status().name == ("one" if distil else "")
