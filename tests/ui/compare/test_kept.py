"""Comparisons that are kept."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from distill.errors import RunConflict, RunNotFound
from distill.jobs import trash
from distill.rules import refine
from models.decoding import Decoding, Usual
from models.errors import BadRequest
from models.serving.measure import DeviceMemory
from models.settings import Settings
from ui.compare import kept
from ui.shared import rendering
from ui.shared.result import Result

Make = Callable[..., Result]


@pytest.fixture
def results(make_result: Make) -> dict[str, Result]:
    """Two columns with all there may be in one."""
    scores = {"rouge1": 0.123456789, "rouge2": 0.0, "rougeL": 1 / 3, "rougeLsum": 0.5}
    plain = replace(
        make_result("distilled", text="A “cat” — <b>sat</b>.\n"), text="the cat", reference="cats"
    )
    full = make_result("teacher", rouge=scores, gpu=DeviceMemory("GPU", 1, 2), ttft=0.1, busy=True)
    decoding = Decoding(beams=2, min_new_tokens=3, usual=Usual(shortest=7))
    full = replace(full, text="the cat", rules=refine("the cat", "the cat sat sat on"), decoding=decoding)
    return {"distilled": plain, "teacher": full}


def test_it_comes_back_exactly(results: dict[str, Result], settings: Settings) -> None:
    made = kept.keep(results, {"teacher": "10 M parameters"}, settings)
    found = kept.find(made.id, settings)
    assert found == made
    assert found.results == results
    assert list(found.results) == ["teacher", "distilled"]
    assert found.facts == {"teacher": "10 M parameters", "distilled": ""}
    for role, result in results.items():
        assert rendering.finished(found.results[role], found.results) == rendering.finished(result, results)


def test_nothing_and_several_texts_are_not_kept(results: dict[str, Result], settings: Settings) -> None:
    with pytest.raises(BadRequest, match="no summary yet"):
        kept.keep({}, {}, settings)
    mixed = {**results, "teacher": replace(results["teacher"], source="b")}
    with pytest.raises(BadRequest, match="different texts"):
        kept.keep(mixed, {}, settings)
    assert kept.all_kept(settings) == []


def test_a_deleted_one_is_in_the_trash_and_comes_back(results: dict[str, Result], settings: Settings) -> None:
    made = kept.keep(results, {}, settings)
    kept.delete(made.id, settings)
    with pytest.raises(RunNotFound, match="it was deleted"):
        kept.find(made.id, settings)
    assert [(each.kind, each.id) for each in trash.contents(settings)] == [("kept comparison", made.id)]
    trash.restore(made.id, settings)
    assert kept.all_kept(settings) == [made]


@pytest.mark.parametrize("name", ["", "0123456789abcdef", "../runs", "a" * 17, None, 3])
def test_what_was_never_kept_is_said(name: object, settings: Settings) -> None:
    with pytest.raises(RunNotFound, match="no kept comparison at this address"):
        kept.find(name, settings)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "damage", ["{", "[]", "{}", '{"results": {}, "time": "", "facts": {}}', "fewer", "beams"]
)
def test_a_damaged_one_is_said_and_hides_no_other(
    damage: str, results: dict[str, Result], settings: Settings
) -> None:
    whole, torn = kept.keep(results, {}, settings), kept.keep(results, {}, settings)
    file = settings.home / "kept" / torn.id / "comparison.json"
    saved = json.loads(file.read_text())
    if damage == "fewer":
        del saved["results"]["teacher"]["summary"]["seconds"]
    elif damage == "beams":
        saved["results"]["teacher"]["decoding"]["beams"] = 99
    file.write_text(json.dumps(saved) if damage in ("fewer", "beams") else damage)
    with pytest.raises(RunConflict, match="cannot be read"):
        kept.find(torn.id, settings)
    assert kept.all_kept(settings) == [whole]


def test_a_visitor_keeps_and_deletes_nothing_where_no_runs_may_be_started(
    results: dict[str, Result], settings: Settings
) -> None:
    made = kept.keep(results, {}, settings)
    stranger = replace(settings, visitor=True, enable_distill=False)
    with pytest.raises(BadRequest, match="ENABLE_DISTILL=0"):
        kept.keep(results, {}, stranger)
    with pytest.raises(BadRequest, match="ENABLE_DISTILL=0"):
        kept.delete(made.id, stranger)
    assert kept.find(made.id, stranger) == made
