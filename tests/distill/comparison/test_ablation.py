"""Ablations: grids, the reference and its correction by hand, sentences, going on after a cut."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from distill import cli, comparison, report
from distill.commands.training import run_values
from distill.comparison import ComparisonPlan, scores
from distill.comparison.comparison_table import comparison_table
from distill.comparison.grid import NUMERIC, Grid
from distill.comparison.says import describe
from distill.config.run_config import SETTINGS
from distill.errors import BadConfig
from models.settings import Settings
from tests.distill.comparison.test_comparison import lasting
from tests.distill.power_cut import PowerCut, cut_at_logs
from tests.distill.test_cli import Call, call

__all__ = ["call"]  # a fixture
ALIKE = {"seed", "epochs", "max_steps", "max_examples", "validation_examples", "beams", "processes"}
ALIKE |= {"evaluation_steps", "save_steps", "cache_gigabytes"}
T1, T2, T4 = (f"temperature={value}" for value in (1, 2, 4))


@pytest.fixture(scope="session")
def wanted(values: dict[str, Any]) -> dict[str, Any]:
    """An ablation of two cells, one seed, two steps a run."""
    left_out = ("max_steps", "evaluation_steps", "save_steps")
    common = {name: value for name, value in values.items() if name not in left_out}
    common |= {"accumulation": 1, "save_steps": 1, "target_tokens": 8}
    return {**common, "grid": ["temperature=1,4"], "seeds": 1, "budget": "2"}


@pytest.fixture(scope="session")
def ablated(
    tmp_path_factory: pytest.TempPathFactory, wanted: dict[str, Any], one_thread: None
) -> tuple[dict[str, Any], Settings]:
    """A whole ablation, and its settings. Shared."""
    settings = Settings(home=tmp_path_factory.mktemp("ablated"), threads=1)
    return comparison.compare(wanted, settings), settings


def test_each_cell_is_trained_with_its_settings(ablated: Any, wanted: dict[str, Any]) -> None:
    result, settings = ablated
    assert [row["method"] for row in result["rows"]] == ["teacher", "start", T1, T4]
    assert [row["cell"] for row in result["rows"]] == [None, None, {"temperature": 1.0}, {"temperature": 4.0}]
    plan = comparison.find(result["comparison_id"], settings).plan()
    assert [plan.config(cell, 42, 2, Path("f")).temperature for cell in plan.methods] == [1.0, 4.0]
    best = max(result["rows"][2:], key=lambda row: row["rougeL"]["f"])
    assert (result["reference"], result["chosen"], result["comparisons"]) == (best["method"], True, 3)
    assert result["says"][0].startswith("No verdict: 4 texts, 1 seed and 2 steps cannot tell;")
    assert [Path(path).name for path in result["figures"]] == ["rouge.png", "held_out_loss.png"]
    assert "The teacher's logits by another measure, not to compare" in comparison_table(result)


def test_it_can_be_taken_away(ablated: Any) -> None:
    result, settings = ablated
    table, each, *_ = comparison.find(result["comparison_id"], settings).downloads()
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    assert [row["temperature"] for row in rows] == ["", "", "1.0", "4.0"]
    assert "rougeL_less_reference" in rows[0]
    assert {row["method"] for row in csv.DictReader(each.open(encoding="utf-8"))} == {
        row["method"] for row in rows
    }


def test_cut_it_goes_on_and_ends_the_same(
    ablated: Any, wanted: dict[str, Any], settings: Settings, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_at_logs(monkeypatch, 2)
    with pytest.raises(PowerCut):
        comparison.compare(wanted, settings)
    [begun] = comparison.all_comparisons(settings)
    assert begun.status()["done"] == 0
    code, answer, errors = call("ablate", "--resume", begun.comparison_id)
    assert code == 0, errors
    assert lasting(answer) == lasting(json.loads(json.dumps(ablated[0])))


def test_a_report_shows_the_heat_map_and_how_to_do_it_again(ablated: Any, tmp_path: Path) -> None:
    result, settings = ablated
    sheet = report.compose(f"comparison:{result['comparison_id']}", settings)
    assert (sheet.answer, list(sheet.says)) == (result["says"][0], result["says"][1:])
    assert ("temperature", "1, 4") in sheet.asked
    [chart] = sheet.charts
    assert "temperature ↓" in chart
    assert planned(sheet.commands[0]) == comparison.find(result["comparison_id"], settings).plan()
    page = report.write(f"comparison:{result['comparison_id']}", settings, tmp_path / "r.html").read_text(
        encoding="utf-8"
    )
    assert "<h1>Ablation " in page
    assert page.count("<svg") == 1


def planned(command: str) -> ComparisonPlan:
    """The plan that a command would make."""
    options = vars(cli._parser().parse_args(command.split()[3:]))
    for name in ("command", "debug", "together", "resume", "out"):
        del options[name]
    return ComparisonPlan.from_values(run_values(options))


def test_a_grid_has_every_combination_and_keeps_its_base(wanted: dict[str, Any]) -> None:
    grid = Grid.parse(["temperature=1, 2.0", "alpha = 0.3,.5"], "alpha=0.50, temperature=2")
    assert grid.base == "temperature=2,alpha=0.5"
    assert list(grid.cells) == [f"temperature={t},alpha={a}" for t in (1, 2) for a in (0.3, 0.5)]
    values = {**wanted, "grid": ["temperature=1,2", "alpha=0.3,0.5"], "base": "temperature=2,alpha=0.5"}
    plan = ComparisonPlan.from_values({**values, "method": "multi", "seeds": 2})
    assert plan.methods == tuple(grid.cells)
    assert len(plan.cells) == 8
    assert ComparisonPlan.from_dict(json.loads(json.dumps(plan.as_dict()))) == plan
    config = plan.config("temperature=1,alpha=0.5", 43, 7, Path("f"))
    assert (config.temperature, config.alpha, config.hidden_weight, config.seed) == (1.0, 0.5, 1.0, 43)


def test_names_tell_close_values_apart() -> None:
    assert list(Grid.parse(["learning_rate=3e-5,0.12345678"]).cells) == [
        "learning_rate=3e-05",
        "learning_rate=0.12345678",
    ]


def test_every_numeric_setting_is_an_axis_or_says_why_not() -> None:
    for name in NUMERIC:
        axis = f"{name}={','.join(f'{value:.10g}' for value in SETTINGS[name].metadata['limits'])}"
        if name in ALIKE:
            with pytest.raises(BadConfig, match=f"{name} cannot be an axis: "):
                Grid.parse([axis])
        else:
            assert len(Grid.parse([axis]).cells) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"grid": []}, "No grid was given: name a setting and its values, such as --grid temperature=1,2,4"),
        ({"grid": ["temprature=1,2"]}, "There is no setting 'temprature'. Did you mean temperature?"),
        ({"grid": ["=1,2"]}, "There is no setting ''"),
        ({"grid": ["temperature=1,warm"]}, "temperature is 'warm'; it must be a number"),
        ({"grid": ["temperature=1,,2"]}, "The axis temperature has an empty value"),
        ({"grid": ["temperature=1,nan"]}, "temperature is nan; use a value from 0.05 to 100"),
        ({"grid": ["batch_size=1,1.5"]}, "batch_size is '1.5'; it must be a whole number"),
        ({"grid": ["alpha=0.5,2"]}, "alpha is 2.0; use a value from 0 to 1"),
        ({"grid": ["divergence=js,mse"]}, "divergence is not a number; an axis"),
        ({"grid": ["balance=true,false"]}, "balance is not a number"),
        ({"grid": ["temperature="]}, "The axis temperature has an empty value: write"),
        ({"grid": ["temperature"]}, "The axis temperature has an empty value"),
        ({"grid": ["temperature=1,2,1.0"]}, "temperature has the value 1 twice"),
        ({"grid": ["temperature=1", "temperature=2"]}, "temperature is two axes of the grid"),
        ({"grid": ["temperature=1", "alpha=0.5"]}, "The grid has one cell, and nothing to compare it with"),
        ({"grid": ["temperature=1,2", "alpha=0,1", "clip=1,2"]}, "The grid has 3 axes; at most 2"),
        ({"grid": [f"warmup_steps={','.join(map(str, range(26)))}"]}, "The grid has 26 cells; with more"),
        ({"grid": 5}, "grid is 5; it must be text, or a list of texts"),
        ({"grid": ["seed=1,2"]}, "seed cannot be an axis: --seeds says"),
        ({"grid": ["max_steps=1,2"]}, "max_steps cannot be an axis: all cells have"),
        ({"base": "temperature=3"}, "The base 'temperature=3' is no cell of the grid; use one"),
        ({"base": 4}, "The base '4' is no cell"),
        ({"base": "alpha"}, "The base 'alpha' is no cell"),
        ({"temperature": 3}, "temperature is an axis of the grid: leave its single value out"),
        ({"methods": "logit"}, "There is no setting 'methods'"),
        ({"teacher_cache": True, "grid": ["on_policy=0,0.5"]}, "on_policy=0.5: teacher_cache needs"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_said_first(changes: dict[str, Any], words: str, wanted: dict[str, Any]) -> None:
    with pytest.raises(BadConfig) as told:
        ComparisonPlan.from_values({**wanted, **changes})
    assert words in str(told.value)


def test_the_command_says_it_in_one_line(call: Call, wanted: dict[str, Any], settings: Settings) -> None:
    given = [part for name in ("teacher", "student", "data") for part in (f"--{name}", wanted[name])]
    code, _, errors = call("ablate", *given, "--grid", "alpha=0.5,0.5")
    assert code == 2
    assert errors.splitlines()[-1] == "alpha has the value 0.5 twice: give each value once."
    assert call("ablate", *given)[2].splitlines()[-1].startswith("No grid was given")
    assert comparison.all_comparisons(settings) == []


def scored(method: str, *seeds: list[float]) -> dict[str, Any]:
    """A row of an ablation whose runs wrote texts of these scores."""
    trained = "=" in method
    cell = {method.partition("=")[0]: float(method.partition("=")[2])} if trained else None
    each = {str(n) if trained else "": dict.fromkeys(scores.KINDS, seed) for n, seed in enumerate(seeds, 1)}
    return {"method": method, "cell": cell, "trained": trained, "scores": each, "steps": 100}


def test_a_named_base_is_corrected_for_the_other_cells_alone() -> None:
    """The gap of each text is 0.1 or 0.2 with each seed: mean 0.15, its error 0.05 / √19, 19 degrees."""
    low, high = [0.2] * 20, [0.3, 0.4] * 10
    rows = [scored(T1, *[low] * 3), scored(T2, *[high] * 3), scored(T4, *[low] * 3)]
    told = scores.set_differences(rows, T1)
    assert told == {"reference": T1, "comparisons": 2}
    assert [row["difference"] and row["difference"]["rougeL"]["verdict"] for row in rows] == [
        None,
        "better",
        "undecided",
    ]
    found = rows[1]["difference"]["rougeL"]
    reach = 2.093024 * 0.05 / 19**0.5
    assert (found["f"], found["low"], found["high"]) == pytest.approx((0.15, 0.15 - reach, 0.15 + reach))
    assert found["p_holm"] == pytest.approx(2 * found["p"])


def test_the_best_is_corrected_for_all_pairs() -> None:
    """15 gaps of 0.1, 5 of −0.1: mean 0.05, deviation √(0.15 / 19), so t is 2.517 of 19 degrees, p 0.021.

    Twice that is under 0.05, three times that is not: which cell is best was not said beforehand.
    """
    low, high = [0.2] * 20, [0.3] * 15 + [0.1] * 5
    rows = [scored(T1, *[low] * 3), scored(T2, *[high] * 3), scored(T4, *[low] * 3)]
    for named, comparisons, verdict in ((T2, 2, "worse"), (None, 3, "undecided")):
        assert scores.set_differences(rows, named) == {"reference": T2, "comparisons": comparisons}
        for row in (rows[0], rows[2]):
            found = row["difference"]["rougeL"]
            assert (found["f"], found["p"]) == pytest.approx((-0.05, 0.0210), abs=1e-4)
            assert found["p_holm"] == pytest.approx(comparisons * found["p"])
            assert found["verdict"] == verdict


def test_the_best_has_all_of_its_seeds() -> None:
    rows = [scored(T1, [0.2] * 20, [0.2] * 20), scored(T2, [0.9] * 20)]
    assert scores.set_differences(rows, None)["reference"] == T1
    assert scores.set_differences([scored("start", [0.9])], None) == {"reference": None, "comparisons": 0}


def found(verdicts: dict[str, str], **changes: Any) -> dict[str, Any]:
    """A result: T1 is the reference."""
    rows = [_row("teacher", None), _row("start", "worse"), _row(T1, None)]
    rows += [_row(name, verdict) for name, verdict in verdicts.items()]
    given = {"examples": 50}
    told = {"rows": rows, "conditions": given, "grid": {"temperature": [1, 2, 4]}, "reference": T1}
    return {**told, "comparisons": 3, "chosen": True, **changes}


def _row(method: str, verdict: str | None) -> dict[str, Any]:
    why = "No verdict: 1 seed cannot tell; it takes at least 3 seeds." if verdict == "none" else None
    gap = {"f": 0.02, "low": 0.01, "high": 0.03, "verdict": verdict, "why": why}
    score = {"f": 0.25, "low": 0.2, "high": 0.3}
    row = {"method": method, "trained": "=" in method, "seeds": 3, "rougeL": score}
    return {**row, "difference": {"rougeL": gap} if verdict else None}


@pytest.mark.parametrize(
    ("verdicts", "chosen", "answer"),
    [
        ({T2: "worse", T4: "worse"}, True, f"{T1} is better than each of the other cells."),
        (
            {T2: "undecided", T4: "worse"},
            True,
            f"{T1} is better than 1 other cell; it cannot be told apart from {T2}.",
        ),
        (
            {T2: "undecided", T4: "undecided"},
            True,
            f"No cell can be told apart from the one with the highest score, {T1}: it may lead by chance.",
        ),
        ({T2: "none", T4: "none"}, True, "No verdict: 1 seed cannot tell; it takes at least 3 seeds."),
        ({T2: "none", T4: "worse"}, True, f"{T1} is better than 1 other cell."),
        (
            {T2: "better", T4: "worse"},
            False,
            f"Better than the base, {T1}: {T2} +2.0 (+1.0 to +3.0); worse: 1 cell.",
        ),
        (
            {T2: "undecided", T4: "worse"},
            False,
            f"No cell is better than the base, {T1}; worse: 1 cell; not to be told apart from it: 1 cell.",
        ),
        (
            {f"temperature={n}": "better" for n in range(2, 9)},
            False,
            f"Better than the base, {T1}: "
            + ", ".join(f"temperature={n} +2.0 (+1.0 to +3.0)" for n in range(2, 6))
            + " and 3 more.",
        ),
        ({T2: "none", T4: "none"}, False, "No verdict: 1 seed cannot tell; it takes at least 3 seeds."),
    ],
)
def test_the_answer_says_what_the_test_allows(verdicts: dict[str, str], chosen: bool, answer: str) -> None:
    assert describe(found(verdicts, chosen=chosen))[0] == answer


def test_the_further_sentences() -> None:
    said = describe(found({T2: "worse", T4: "none"}))
    assert said[1] == f"Without a verdict: {T4}. No verdict: 1 seed cannot tell; it takes at least 3 seeds."
    assert said[2] == (
        f"On 50 held-out texts, with 3 seeds a cell, {T1} comes to ROUGE-L 25.0 (20.0–30.0); "
        "the teacher has 25.0; the student before training has 25.0."
    )
    assert "Holm's correction for 3 comparisons, those between all rows" in said[3]
    idle = found({T2: "worse"}, chosen=False)
    idle["rows"][1]["difference"]["rougeL"]["verdict"] = "undecided"
    said = describe(idle)
    assert (
        f"The student before training cannot be told apart from {T1}, so this budget taught little." in said
    )
    assert said[-1].endswith("for 3 comparisons; intervals count texts and seeds.")


def test_before_there_is_anything_to_compare() -> None:
    assert "has not been trained" in describe(found({}, reference="temperature=9"))[0]
    assert "Only one cell has been trained" in describe(found({}))[0]
