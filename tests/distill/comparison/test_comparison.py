"""Comparisons: numbers by hand, controls, one data order, going on after a cut, minutes, cancelling."""

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import fmean
from types import SimpleNamespace
from typing import Any

import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from distill import comparison, report, runs
from distill.comparison import (
    Budget,
    Comparison,
    ComparisonPlan,
    figures,
    results,
    scores,
    shared_parts,
    work,
)
from distill.comparison.comparison_table import comparison_table
from distill.comparison.curves import curves
from distill.comparison.says import describe
from distill.errors import BadConfig, BadData, DistillError, RunConflict
from distill.jobs import processes
from distill.jobs.files import read_json, write_json
from distill.report.sheet import facts, made_with
from distill.training.recorder import Recorder
from distill.training.trainer import DistillationTrainer
from distill.training.validation import Validation
from models.settings import Settings
from tests.distill.power_cut import PowerCut, cut_at_logs
from tests.distill.test_cli import Call, call
from tests.tiny import make_tiny_t5

__all__ = ["call"]  # a fixture
VARYING = {"comparison_id", "folder", "figures", "labelling_seconds"}


@pytest.fixture(scope="session")
def wanted(values: dict[str, Any]) -> dict[str, Any]:
    """A comparison of two seeds, two steps a run."""
    left_out = ("max_steps", "evaluation_steps", "save_steps")
    common = {name: value for name, value in values.items() if name not in left_out}
    common |= {"accumulation": 1, "save_steps": 1, "target_tokens": 8}
    return {**common, "methods": "logit,shrink", "seeds": 2, "budget": "2"}


@pytest.fixture(scope="session")
def compared(
    tmp_path_factory: pytest.TempPathFactory, wanted: dict[str, Any], one_thread: None
) -> Iterator[tuple[dict[str, Any], Settings, dict[tuple[str, int], list[Any]]]]:
    """A whole comparison, its settings, and the inputs of each run in their order. Shared."""
    settings = Settings(home=tmp_path_factory.mktemp("compared"), threads=1)
    seen: dict[tuple[str, int], list[Any]] = {}
    original = DistillationTrainer.training_step

    def training_step(self: Any, model: Any, inputs: Any, *rest: Any) -> Any:
        run_id = Path(self.args.output_dir).parent.name
        seen.setdefault((run_id, self.args.seed), []).append(inputs["input_ids"].tolist())
        return original(self, model, inputs, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DistillationTrainer, "training_step", training_step)
        yield comparison.compare(wanted, settings), settings, seen


def test_controls_are_always_there(compared: Any) -> None:
    rows = compared[0]["rows"]
    assert [row["method"] for row in rows] == ["teacher", "start", "copy", "ce", "logit", "shrink"]
    assert [row["seeds"] for row in rows] == [1, 1, 1, 2, 2, 2]
    assert all(row["steps"] == 2 for row in rows if row["trained"])
    by_method = {row["method"]: row for row in rows}
    assert set(by_method["logit"]["train"]) == {"soft", "hard"}
    assert set(by_method["ce"]["held_out"]) == {"hard"}
    assert by_method["ce"]["difference"] is None
    assert by_method["teacher"]["retention"] in (1.0, None)
    assert compared[0]["complete"]
    assert not compared[0]["failures"]


def test_all_methods_see_one_order_of_one_split(compared: Any) -> None:
    result, settings, seen = compared
    trained = {row["method"]: row["runs"] for row in result["rows"] if row["trained"]}
    orders = {
        (method, seed): seen[(run_id, seed)]
        for method, ids in trained.items()
        for run_id, seed in zip(ids, result["conditions"]["seeds"], strict=True)
    }
    first, second = result["conditions"]["seeds"]
    for method in ("logit", "shrink"):
        assert orders[(method, first)] == orders[("ce", first)]
        assert orders[(method, second)] == orders[("ce", second)]
    assert orders[("ce", first)] != orders[("ce", second)]
    lineages = [runs.find(run_id, settings).lineage() for ids in trained.values() for run_id in ids]
    assert len({lineage["validation_sha256"] for lineage in lineages}) == 1


def test_what_a_row_says_is_what_its_runs_say(compared: Any) -> None:
    result, settings, _ = compared
    [logit] = [row for row in result["rows"] if row["method"] == "logit"]
    rows = [runs.find(run_id, settings).metrics() for run_id in logit["runs"]]
    lasts = [[row for row in each if "loss" in row][-1] for each in rows]
    assert logit["train"]["soft"] == pytest.approx((lasts[0]["soft"] + lasts[1]["soft"]) / 2)
    assert logit["held_out"]["hard"] == pytest.approx(sum(each[-1]["validation_hard"] for each in rows) / 2)
    folder = Path(result["folder"])
    judged = [read_json(folder / "judged" / f"logit-{seed}.json") or {} for seed in (42, 43)]
    scores = [found["scores"] for found in judged]
    every = [*scores[0]["rougeL"], *scores[1]["rougeL"]]
    assert logit["rougeL"]["f"] == pytest.approx(sum(every) / len(every))


def test_pictures_and_the_table_are_written(compared: Any) -> None:
    result = compared[0]
    names = {"rouge.png", "held_out_loss.png", "gradient_norms.png", "early_share.png"}
    assert {Path(path).name for path in result["figures"]} == names
    text = (Path(result["folder"]) / "table.md").read_text(encoding="utf-8")
    assert result["paragraph"] == " ".join(result["says"])
    assert all(f"- {sentence}\n" in text for sentence in result["says"])
    assert "No verdict: " in result["paragraph"], "two seeds and two steps cannot tell"
    assert "better" not in text
    assert text.splitlines()[0].startswith("| method")


def test_the_pictures_show_the_figures_of_the_table(
    compared: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, settings, _ = compared
    drawn: dict[str, Any] = {}
    original = figures.finish

    def finish(figure: Any, path: Path, note: str) -> Path:
        drawn.setdefault(path.name, figure)  # the first is the one for a light page
        return original(figure, path, note)

    monkeypatch.setattr(figures, "finish", finish)
    files = {path.name: path for path in figures.draw(tmp_path, result, settings)}
    rows = {row["method"]: row for row in result["rows"]}
    for axis, kind in zip(drawn["rouge.png"].axes, ("rouge1", "rouge2", "rougeL"), strict=True):
        names = [label.get_text() for label in drawn["rouge.png"].axes[0].get_yticklabels()]
        dots = {names[int(line.get_ydata()[0])]: line for line in axis.lines if line.get_marker() == "o"}
        assert {name: line.get_xdata()[0] for name, line in dots.items()} == {
            name: 100 * row[kind]["f"] for name, row in rows.items()
        }
    hard = drawn["held_out_loss.png"].axes[0]
    assert {line.get_label(): line.get_ydata()[-1] for line in hard.lines} == pytest.approx(
        {name: row["held_out"]["hard"] for name, row in rows.items() if row["trained"]}
    )
    early = drawn["early_share.png"].axes[0]
    assert {line.get_label(): line.get_ydata()[-1] / 100 for line in early.lines} == pytest.approx(
        {name: fmean(row["early_share_at_the_end"].values()) for name, row in rows.items() if row["trained"]}
    )
    for name, figure in drawn.items():
        with Image.open(files[name]) as picture:
            pixels = {pixel for _, pixel in picture.convert("RGB").getcolors(picture.width * picture.height)}
        for line in figure.axes[0].lines:
            assert tuple(round(255 * part) for part in to_rgb(line.get_color())) in pixels, name


def test_a_report_tells_what_it_found(compared: Any, tmp_path: Path) -> None:
    result, settings, _ = compared
    sheet = report.compose(f"comparison:{result['comparison_id']}", settings)
    assert sheet.answer == "Too few texts, seeds or steps to say which way of teaching is better."
    assert [row[0] for row in sheet.tables[0].rows] == [row["method"] for row in result["rows"]]
    assert "--methods ce,logit,shrink --seeds 2 --budget 2" in sheet.commands[0]
    assert "--set learning_rate=0.001" in sheet.commands[0], "all that it takes to do it again"
    first = runs.find(next(row["runs"][0] for row in result["rows"] if row["trained"]), settings)
    assert dict(facts(made_with([first]))).items() <= dict(sheet.environment).items()
    students = " ".join(f"run:{row['runs'][0]}" for row in result["rows"] if row["trained"])
    assert f"evaluate {students} --data {settings.home}" in sheet.go_on[0]
    page = report.write(f"comparison:{result['comparison_id']}", settings, tmp_path / "r.html")
    assert page.read_text(encoding="utf-8").count("<svg") == 1


def test_it_can_be_taken_away(compared: Any) -> None:
    result, settings, _ = compared
    found = comparison.find(result["comparison_id"], settings)
    table_file, scores_file, json_file, pictures = found.downloads()
    rows = list(csv.DictReader(table_file.open(encoding="utf-8")))
    assert [row["method"] for row in rows] == [row["method"] for row in result["rows"]]
    for row, told in zip(rows, result["rows"], strict=True):
        assert float(row["rougeL_low"]) == told["rougeL"]["low"]
        assert int(row["parameters"]) == told["parameters"]
        assert row["verdict"] == ("" if told["difference"] is None else "none")
    each = list(csv.DictReader(scores_file.open(encoding="utf-8")))
    logit = [float(row["rougeL"]) for row in each if row["method"] == "logit"]
    assert len(logit) == 2 * result["conditions"]["examples"]
    [told] = [row for row in result["rows"] if row["method"] == "logit"]
    assert sum(logit) / len(logit) == pytest.approx(told["rougeL"]["f"])
    assert {row["seed"] for row in each if row["method"] == "teacher"} == {""}
    assert json.loads(json_file.read_text(encoding="utf-8"))["rows"] == result["rows"]
    with zipfile.ZipFile(pictures) as archive:
        names = {Path(path).name for path in result["figures"]}
        assert set(archive.namelist()) == names | {f"dark/{name}" for name in names}
        light, dark = (_corner(archive.read(name)) for name in ("rouge.png", "dark/rouge.png"))
    assert min(light) > 250
    assert max(dark) < 50


def _corner(png: bytes) -> list[int]:
    """Red, green and blue of a picture's first pixel."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return list(image.tobytes()[:3])


def test_its_runs_say_what_they_belong_to(compared: Any) -> None:
    result, settings, _ = compared
    [row] = [row for row in result["rows"] if row["method"] == "shrink"]
    told = [runs.find(run_id, settings).status().part_of for run_id in row["runs"]]
    assert told == [f"{result['comparison_id']}: shrink, seed {seed}" for seed in (42, 43)]


def test_cut_anywhere_it_goes_on_and_ends_the_same(
    compared: Any, wanted: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_at_logs(monkeypatch, 6, 15)
    with pytest.raises(PowerCut):
        comparison.compare(wanted, settings)
    [begun] = comparison.all_comparisons(settings)
    with pytest.raises(PowerCut):
        comparison.carry_out(begun, settings)
    result = comparison.carry_out(begun, settings)
    assert len(runs.all_runs(settings)) == 6
    assert lasting(result) == lasting(compared[0])
    assert begun.status()["status"] == "finished"
    assert (begun.status()["done"], begun.status()["total"]) == (6, 6)


def lasting(result: dict[str, Any]) -> dict[str, Any]:
    """What does not differ between equal comparisons."""
    varying = ("runs", "seconds", "memory_bytes")
    kept = {name: value for name, value in result.items() if name not in VARYING}
    kept["rows"] = [{name: row[name] for name in row if name not in varying} for row in result["rows"]]
    return kept


def test_sequence_learns_from_the_teacher_s_summaries(
    wanted: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_parts, "label", partial(shared_parts.label, wanted="none"))
    result = comparison.compare({**wanted, "methods": "sequence", "seeds": 1, "budget": "1"}, settings)
    [row] = [row for row in result["rows"] if row["method"] == "sequence"]
    config = runs.find(row["runs"][0], settings).config()
    labels = [line for line in Path(config.data).read_text(encoding="utf-8").splitlines() if line]
    assert Path(config.data).name == "labels.jsonl"
    assert len(labels) == 36
    assert result["labelling_seconds"] > 0
    assert "for the teacher's summaries" in comparison_table(result)


def test_minutes_become_steps_of_equal_time(
    wanted: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step takes three seconds by the clock, with a teacher six; judging the teacher first is no part of
    one."""
    now = [0.0]

    def compute_loss(self: Any, model: Any, *rest: Any, **more: Any) -> Any:
        if model.training:
            now[0] += 6.0 if self.teacher is not None else 3.0
        return original(self, model, *rest, **more)

    def teacher(self: Any) -> Any:
        now[0] += 1000.0
        return judging(self)

    original, judging = DistillationTrainer.compute_loss, Validation.teacher
    monkeypatch.setattr(DistillationTrainer, "compute_loss", compute_loss)
    monkeypatch.setattr(Validation, "teacher", teacher)
    monkeypatch.setattr("distill.training.trainer.time", SimpleNamespace(perf_counter=lambda: now[0]))
    result = comparison.compare(
        {**wanted, "methods": "logit", "seeds": 1, "budget": "0.2m", "save_steps": 50}, settings
    )
    steps = {row["method"]: (row["steps"], row["seconds"]) for row in result["rows"] if row["trained"]}
    assert steps == {"ce": (4, 12.0), "logit": (2, 12.0)}
    assert len(runs.all_runs(settings)) == 2, "probes are no runs of the user's"


def test_a_method_that_fails_leaves_the_others_alone(wanted: dict[str, Any], settings: Settings) -> None:
    values = {**wanted, "methods": "relation,logit", "seeds": 1, "budget": "1", "relation_heads": 7}
    result = comparison.compare(values, settings)
    assert list(result["failures"]) == ["relation-42"]
    assert [row["method"] for row in result["rows"] if row["trained"]] == ["ce", "logit"]
    assert "relation-42 failed: " in comparison_table(result)
    sheet = report.compose(f"comparison:{result['comparison_id']}", settings)
    assert sheet.says[-1].startswith("relation-42 failed: ")


def test_a_full_disk_is_no_method_s_failure(
    wanted: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {**wanted, "methods": "logit", "seeds": 1, "budget": "1"}

    def full(*_: Any, **__: Any) -> None:
        raise DistillError("The student cannot be saved.") from OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("distill.comparison.work.work.carry_out", full)
        with pytest.raises(DistillError, match="cannot be saved"):
            comparison.compare(values, settings)
    [begun] = comparison.all_comparisons(settings)
    assert begun.status()["status"] == "failed"
    assert not any(begun.progress("failures").values())
    assert not comparison.carry_out(begun, settings)["failures"]


def test_it_does_not_go_on_with_another_model_of_the_same_name(
    wanted: dict[str, Any], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = tmp_path / "teacher"
    shutil.copytree(wanted["teacher"], teacher)
    cut_at_logs(monkeypatch, 2)
    with pytest.raises(PowerCut):
        comparison.compare({**wanted, "teacher": str(teacher), "seeds": 1}, settings)
    [begun] = comparison.all_comparisons(settings)
    (teacher / "generation_config.json").open("a").write("\n")
    with pytest.raises(BadData, match="teacher is another model now than when this comparison began"):
        comparison.carry_out(begun, settings)


@pytest.mark.parametrize(
    ("methods", "told"), [("logit", "The vocabularies differ"), ("sequence", r"config\.json")]
)
def test_models_that_cannot_work_are_refused_before_the_data_is_read(
    methods: str, told: str, wanted: dict[str, Any], settings: Settings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("distill.comparison.work.split_data", lambda *_: pytest.fail("read"))
    student = make_tiny_t5(tmp_path / "other", vocab_size=200)
    if methods == "sequence":
        (student / "config.json").write_text("[]")
    with pytest.raises(DistillError, match=told):
        comparison.compare({**wanted, "student": str(student), "methods": methods}, settings)
    [begun] = comparison.all_comparisons(settings)
    assert begun.status()["status"] == "failed"


def _scored(method: str, *seeds: list[float], **more: Any) -> dict[str, Any]:
    """A row whose runs with the seeds 1, 2, … wrote texts of these scores; a row without seeds has one."""
    trained = method not in ("teacher", "start", "copy")
    each = {str(n) if trained else "": dict.fromkeys(scores.KINDS, seed) for n, seed in enumerate(seeds, 1)}
    return {"method": method, "trained": trained, "scores": each, "steps": 100, **more}


def test_pooling_by_hand() -> None:
    """Two seeds, two texts: means by text 0.35 and 0.45, by seed too; t of 2 degrees is 4.3027."""
    found = scores.pooled(_scored("multi", [0.3, 0.4], [0.4, 0.5])["scores"])["rougeL"]
    reach = 4.302653 * 0.005**0.5
    assert found["f"] == pytest.approx(0.4)
    assert (found["low"], found["high"]) == pytest.approx((0.4 - reach, 0.4 + reach)), (
        "texts and seeds are drawn"
    )
    assert found["by_seed"] == pytest.approx([0.35, 0.45])


def test_differences_are_taken_text_by_text_and_seed_by_seed() -> None:
    rows = [
        _scored("teacher", [0.9, 0.3]),
        _scored("ce", [0.5, 0.1], [0.7, 0.3]),
        _scored("multi", [0.6, 0.2], [0.8, 0.4]),
        _scored("late", [0.6, 0.2]),
    ]
    del rows[3]["scores"]["1"]
    rows[3]["scores"]["3"] = rows[2]["scores"]["1"]
    scores.set_differences(rows)
    teacher, reference, multi, late = (row["difference"] for row in rows)
    assert multi["rouge1"] == pytest.approx({"f": 0.1, "low": 0.1, "high": 0.1})
    assert teacher["rougeL"]["f"] == pytest.approx(((0.4 + 0.2) + (0.2 + 0.0)) / 4)
    assert reference is None
    assert late is None, "no seed that both have"


def test_verdicts_need_texts_seeds_and_steps() -> None:
    good, base = [0.3, 0.31, 0.29, 0.32] * 5, [0.2, 0.21, 0.2, 0.2] * 5

    def compared(seeds: int, texts: int, steps: int) -> dict[str, Any]:
        rows = [_scored(name, *[each[:texts]] * seeds, steps=steps) for name, each in pairs]
        scores.set_differences(rows)
        return rows[1]["difference"]["rougeL"]

    pairs = [("ce", base), ("multi", good)]
    assert (compared(3, 20, 100)["verdict"], compared(3, 20, 100)["why"]) == ("better", None)
    assert compared(1, 20, 100)["why"] == "No verdict: 1 seed cannot tell; it takes at least 3 seeds."
    assert compared(3, 12, 100)["why"] == "No verdict: 12 texts cannot tell; it takes at least 20 texts."
    assert compared(3, 20, 4)["why"] == "No verdict: 4 steps cannot tell; it takes at least 20 steps."


def test_all_rows_are_corrected_together() -> None:
    """One weak difference alone is clear enough, beside nine that are none it is not."""
    weak = [0.3] * 14 + [0.1] * 6
    rows = [_scored("ce", *[[0.2] * 20] * 3), _scored("multi", *[weak] * 3)]
    scores.set_differences(rows)
    assert rows[1]["difference"]["rougeL"]["verdict"] == "undecided"
    single = rows[1]["difference"]["rougeL"]["p"]
    rows += [_scored(f"other{n}", *[[0.2] * 20] * 3) for n in range(9)]
    scores.set_differences(rows)
    assert rows[1]["difference"]["rougeL"]["p_holm"] == pytest.approx(min(1.0, 10 * single))


def test_the_share_of_early_layers_by_hand() -> None:
    row = {"gradient/encoder.0": 1.0, "gradient/encoder.1": 2.0, "gradient/decoder.0": 1.0}
    more = {"gradient/embedding": 9.0, "gradient/other": 9.0, "gradient_norm": 5.0}
    assert results.early_share([{**row, **more}]) == 0.25
    overflowed = dict.fromkeys(row)
    assert results.early_share([overflowed, row]) == 0.25
    assert results.early_share([overflowed]) is None
    ordered = {f"gradient/encoder.{n}": 1.0 for n in (10, 2, 0, 1)}
    assert results.early_blocks(ordered) == ["gradient/encoder.0", "gradient/encoder.1"]


def test_curves_by_hand() -> None:
    seeds = [[{"step": 1, "x": 1.0}, {"step": 2, "x": 3.0}], [{"step": 1, "x": 3.0}, {"step": 2}]]
    found = curves({"a": seeds, "b": [[{"step": 1}]]}, lambda row: row.get("x"))
    assert list(found) == ["a"]
    assert (found["a"].steps, found["a"].mean, found["a"].low, found["a"].high) == ([1], [2.0], [1.0], [3.0])
    steady = curves({"a": [[{"step": n, "x": float(n)} for n in range(40)]]}, lambda row: row["x"], True)
    assert steady["a"].mean[-1] == 38.5, "the mean of the last two"


def _row(method: str, f: float, verdict: str, shares: dict[str, float] | None = None) -> dict[str, Any]:
    why = "No verdict: 1 seed cannot tell; it takes at least 3 seeds." if verdict == "none" else None
    change = {"f": f, "low": f - 0.01, "high": f + 0.01, "verdict": verdict, "why": why}
    score = {"f": 0.3 + f, "low": 0.2, "high": 0.4}
    row = dict.fromkeys(scores.KINDS, score)
    row |= {"method": method, "trained": method not in ("start", "copy"), "seeds": 3, "parameters": 8_000_000}
    return row | {
        "difference": None if method == "ce" else {"rougeL": change},
        "early_share_at_the_end": shares or {},
    }


def test_the_sentences_say_what_the_table_says() -> None:
    rows = [
        _row("ce", 0, ""),
        _row("multi", 0.02, "better", {"1": 0.2, "2": 0.3, "3": 0.0}),
        _row("logit", 0.01, "undecided", {"2": 0.1, "1": 0.1}),
        _row("relation", -0.05, "worse"),
        _row("start", -0.001, "undecided"),
        {**_row("copy", -0.1, "worse"), "parameters": 16_000_000},
    ]
    said = describe({"rows": rows, "conditions": {"examples": 50}})
    assert "Better than cross-entropy only: multi +2.0 (+1.0 to +3.0)." in said
    assert "Worse than cross-entropy only: relation −5.0 (−6.0 to −4.0)." in said
    assert "Cannot be told apart from cross-entropy only: logit +1.0 (0.0 to +2.0)." in said
    wanted = "The student before training cannot be told apart from cross-entropy only"
    assert f"{wanted}, so this budget taught little." in said
    assert (
        "Copied layers without training have ROUGE-L 20.0, but are another size: the teacher's width makes "
        "it 2.0 times the student's 8.0 M parameters."
    ) in said
    assert said[-1].startswith(
        "Tested on ROUGE-L, text by text and seed by seed, with Holm's correction for 5"
    )
    together = " ".join(said)
    assert (
        "25.0% of the blocks' gradient norm with multi and 10.0% with logit; multi has more in 2" in together
    )
    assert "by more than the interval" not in together


def test_where_no_verdict_can_be_had_it_says_why_once() -> None:
    rows = [_row("ce", 0, ""), *(_row(name, 0.05, "none") for name in ("multi", "logit", "start"))]
    said = describe({"rows": rows, "conditions": {"examples": 50}})
    assert said.count("No verdict: 1 seed cannot tell; it takes at least 3 seeds.") == 1
    assert "etter than" not in " ".join(said)


@pytest.mark.parametrize(
    ("text", "budget"),
    [("200", Budget(steps=200)), ("5m", Budget(minutes=5)), ("0.5m", Budget(minutes=0.5))],
)
def test_budgets(text: str, budget: Budget) -> None:
    assert Budget.parse(text) == budget
    assert budget.within(2.0) == (budget.steps or 30 * (budget.minutes or 0))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"budget": "soon"}, "budget is 'soon'"),
        ({"budget": "0"}, "budget is '0'"),
        ({"budget": "9999999m"}, "budget is '9999999m'"),
        ({"budget": "100000001"}, "ce: max_steps is 100000001; use a value from 1 to 100,000,000"),
        ({"methods": 5}, "methods is 5; it must be text, or a list"),
        ({"methods": "magic"}, "no method 'magic'; use some of logit"),
        ({"seeds": 0}, "seeds is 0"),
        ({"teacher": None}, "No teacher was named"),
        ({"max_steps": 3}, "give that in place of max_steps"),
        ({"method": "multi"}, "give methods in place of method"),
        ({"task": "copy"}, "no summaries to score against"),
        ({"processes": 2}, "trains in one process"),
        ({"reward_rules": "repetiton"}, "reward_rules: There is no rule 'repetiton'"),
        ({"teacher_cache": True, "methods": "multi"}, "multi: teacher_cache keeps logits only"),
    ],
)
def test_what_cannot_work_is_said_first(changes: dict[str, Any], words: str, wanted: dict[str, Any]) -> None:
    with pytest.raises(BadConfig, match=words):
        ComparisonPlan.from_values({**wanted, **changes})


def test_a_plan_is_kept_as_it_is(wanted: dict[str, Any]) -> None:
    plan = ComparisonPlan.from_values({**wanted, "methods": "copy,multi,multi,ce,start", "seeds": 2})
    assert plan.cells == [("ce", 42), ("multi", 42), ("ce", 43), ("multi", 43)]
    assert ComparisonPlan.from_dict(plan.as_dict()) == plan
    assert plan.config("ce", 43, 7, Path("f")).teacher is None
    multi = plan.config("multi", 43, 7, Path("f"))
    assert (multi.seed, multi.max_steps, multi.hidden_weight) == (43, 7, 1.0)
    assert (multi.student, multi.teacher) == (wanted["student"], wanted["teacher"])


def test_the_command(call: Call, compared: Any, settings: Settings, tmp_path: Path) -> None:
    """Finished already, it says what it found and copies it."""
    import shutil

    shutil.copytree(compared[1].home, settings.home)
    known = compared[0]["comparison_id"]
    code, answer, errors = call("compare", "--resume", known, "--out", str(tmp_path / "shown"))
    assert code == 0, errors
    assert answer["rows"] == compared[0]["rows"]
    assert {path.name for path in (tmp_path / "shown").iterdir()} >= {"table.md", "rouge.png"}
    assert len(runs.all_runs(settings)) == 6
    assert "leave teacher out" in call("compare", "--resume", known, "--teacher", "t")[2]
    assert "There is no comparison 'nope'" in call("compare", "--resume", "nope")[2]


def test_a_finished_one_is_given_again_as_it_was(
    call: Call,
    compared: Any,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever its models are by now; only what is lost of it is made again."""
    caplog.set_level("INFO")
    shutil.copytree(compared[1].home, settings.home)
    found = comparison.find(compared[0]["comparison_id"], settings)
    pictures = [shutil.copy(path, found.folder) for path in compared[0]["figures"]]
    whole = {**json.loads(json.dumps(compared[0])), "figures": pictures}
    write_json(found.folder / "result.json", whole)
    found.update(status="interrupted", message="")
    teacher, owner = compared[0]["conditions"]["teacher"], found.process()
    digest = found.progress("models")[teacher]
    found.note("models", teacher, "another")
    with monkeypatch.context() as patch:
        patch.setattr(work.Work, "_work", lambda _: pytest.fail("done again"))
        for command in ("compare", "ablate"):
            code, answer, _ = call(command, "--resume", found.comparison_id)
            assert (code, answer, found.result()) == (0, whole, whole)
            assert f"Comparison {found.comparison_id} is finished" in caplog.text
            caplog.clear()
    status = found.status()
    assert (status["status"], status["message"], found.process()) == ("finished", "Finished", owner)
    Path(pictures[0]).unlink()
    found.note("models", teacher, digest)
    _, answer, _ = call("compare", "--resume", found.comparison_id)
    assert answer["rows"] == whole["rows"]
    assert all(path.is_file() for path in found.figures())


def test_of_a_finished_one_what_failed_is_tried_again(
    wanted: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result stays the former one until that has come to its end."""
    trained: list[str] = []
    kept: list[bool] = []
    carry_out, keep = work.work.carry_out, work.Work._keep_result

    def failing(run: runs.Run, *rest: Any) -> Any:
        if "logit" in str(run.status().part_of):
            raise DistillError("No memory is left.")
        return carry_out(run, *rest)

    def train(run: runs.Run, *rest: Any) -> Any:
        trained.append(str(run.status().part_of))
        return carry_out(run, *rest)

    def keep_result(self: work.Work, complete: bool) -> dict[str, Any]:
        kept.append(complete)
        return keep(self, complete)

    monkeypatch.setattr(work.work, "carry_out", failing)
    first = comparison.compare({**wanted, "methods": "logit", "seeds": 1, "budget": "1"}, settings)
    assert first["failures"] == {"logit-42": "No memory is left."}
    [begun] = comparison.all_comparisons(settings)
    monkeypatch.setattr(work.work, "carry_out", train)
    monkeypatch.setattr(work.Work, "_keep_result", keep_result)
    result = comparison.carry_out(begun, settings)
    assert (trained, kept) == ([f"{begun.comparison_id}: logit, seed 42"], [True])
    assert (result["failures"], begun.status()["status"]) == ({}, "finished")


def test_in_the_background(
    wanted: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []

    def spawn(command: list[str], *rest: Any) -> dict[str, Any]:
        begun.append(command)
        return processes.identity()

    monkeypatch.setattr(processes, "spawn", spawn)
    started = comparison.start(wanted, settings)
    assert begun == [["work", "comparison", started.comparison_id]]
    assert started.status()["status"] == "running"
    assert started.status()["total"] == 6
    with pytest.raises(RunConflict, match="cannot be resumed"):
        started.resume(settings)
    started.cancel(settings)
    with pytest.raises(RunConflict, match="The comparison was cancelled"):
        comparison.carry_out(started, settings)
    assert started.status()["status"] == "cancelled"
    assert runs.all_runs(settings) == []
    started.resume(settings)
    assert not started.stop_requested()
    started.belongs_to({"pid": 2**22 + 1, "started": 0.0})
    assert Comparison(started.folder).status()["status"] == "interrupted"


def test_a_cancelled_run_cancels_the_comparison(
    wanted: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Recorder.on_log

    def stop(self: Recorder, args: Any, state: Any, *rest: Any, **more: Any) -> None:
        (self.run.folder / "stop").touch()
        original(self, args, state, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "on_log", stop)
        with pytest.raises(DistillError, match="continues it"):
            comparison.compare(wanted, settings)
    [begun] = comparison.all_comparisons(settings)
    assert begun.status()["status"] == "cancelled"
    assert begun.status()["done"] == 0
    assert not begun.progress("failures")


def test_a_plan_is_read_as_it_was_saved() -> None:
    values = {"teacher": "t", "student": "s", "data": "d", "preset": "report", "max_examples": ""}
    plan = ComparisonPlan.from_values({**values, "methods": "ce", "seeds": 1, "budget": "5"})
    assert plan.base.max_examples is None
    assert ComparisonPlan.from_dict(json.loads(json.dumps(plan.as_dict()))) == plan


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda plan: plan["base"].update(of_a_later_version=1), "the saved setting 'of_a_later_version'"),
        (lambda plan: plan["base"].update(alpha="x"), "alpha is 'x'"),
        (lambda plan: plan.pop("base"), "cannot be read; start a new one"),
        (lambda plan: plan.update(budget=5), "cannot be read; start a new one"),
        (lambda plan: plan.update(seeds=None), "cannot be read; start a new one"),
    ],
)
def test_a_saved_plan_that_cannot_be_followed_is_told(
    change: Any, words: str, wanted: dict[str, Any], settings: Settings
) -> None:
    begun = comparison.create(ComparisonPlan.from_values(wanted), settings)
    saved = json.loads((begun.folder / "plan.json").read_text())
    change(saved)
    (begun.folder / "plan.json").write_text(json.dumps(saved))
    with pytest.raises(RunConflict, match=words):
        begun.plan()
