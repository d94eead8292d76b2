"""A real search of tiny models: born, timed, distilled; picked and distilled on all the data."""

import json
import math
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import torch
from transformers import AutoTokenizer

from distill import runs
from distill.data import load
from distill.errors import BadConfig, DistillError, Diverged, IncompatibleModels, RunConflict
from distill.families.model_folder import load_model
from distill.search import Plan, candidates, distilling, picks, results, searches, students
from distill.search.candidates import Candidates
from distill.search.folder import Search
from distill.search.picks import LatencyBudget, pick
from distill.search.retiming import Retimed
from distill.search.reward import Reward
from distill.search.timing import Timing
from models.errors import ModelUnavailable
from models.settings import Settings
from models.store.catalogue import resolve
from tests.distill.test_cli import Call, call

__all__ = ["call"]  # a fixture
SPACE = {"encoder_layers": [1, 2], "decoder_layers": 1, "heads": 2, "inner": 64, "kind": "relu", "tied": True}


@pytest.fixture(scope="session")
def base(tiny_teacher: Path, articles: Path) -> dict[str, Any]:
    """Settings of a mini-distillation of tiny models."""
    return {
        "teacher": str(tiny_teacher),
        "data": str(articles),
        "validation_examples": 4,
        "target_tokens": 8,
        "input_tokens": 16,
        "precision": "float32",
        "batch_size": 2,
        "beams": 1,
    }


@pytest.fixture(scope="session")
def searched(
    tmp_path_factory: pytest.TempPathFactory, base: dict[str, Any], one_thread: None
) -> tuple[Search, Settings]:
    """A search of three candidates in which one diverges. Shared."""
    settings = Settings(home=tmp_path_factory.mktemp("searched"), threads=1)
    plan = Plan.of(base, space=SPACE, sampler="random", trials=3, steps=2, new_tokens=2, slowest=1000.0)
    original, begun = candidates.work.carry_out, []

    def carry_out(*arguments: Any) -> Any:
        begun.append(arguments[0])
        if len(begun) == 2:
            raise Diverged("The loss is not finite at step 1.")
        return original(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates.work, "carry_out", carry_out)
        search = searches.begin(plan, settings)
        searches.go_on(search, settings)
    return search, settings


def test_each_candidate_is_told_of(searched: Any, tiny_teacher: Path) -> None:
    search, _ = searched
    rows = results.collect(search)
    good = [row for row in rows if not row["failed"]]
    assert [row["failed"] for row in rows] == [False, True, False]
    assert rows[1]["reason"] == "diverged: The loss is not finite at step 1."
    for row in good:
        assert row["share_low"] <= row["share"] <= row["share_high"]
        assert row["steps"] == 2
        assert row["loss"] > 0
        assert 0 <= row["rougeL"] <= 1
        wanted = Reward()(row["loss"], row["reference"], row["share"])
        assert row["reward"] == pytest.approx(wanted)
    status = search.status()
    assert (status["status"], status["trained"], status["failed"]) == ("finished", 2, 1)


def test_the_models_of_candidates_do_not_fill_the_disk(searched: Any) -> None:
    search, settings = searched
    weights = {file.parent.name for file in search.folder.rglob("model*.safetensors")}
    assert weights == {"uniform"}
    assert not [file for file in search.folder.rglob("*") if file.is_file() and file.suffix == ".pt"]
    assert not list(settings.home.glob(".timing-*"))
    assert not runs.all_runs(settings), "they are no runs of the user's"
    kept = runs.all_runs(search.settings(settings))
    assert len(kept) == 3
    assert sum(bool(run.metrics()) for run in kept) == 2


def test_the_reference_is_what_equally_likely_tokens_lose(searched: Any, tiny_teacher: Path) -> None:
    """At temperature 2: 4 times the mean divergence of the teacher's probabilities from even ones."""
    search, _ = searched
    teacher: Any = load_model(tiny_teacher).eval()
    tokenizer = AutoTokenizer.from_pretrained(tiny_teacher)
    gaps = []
    for row in load(str(search.folder / "data" / "validation.jsonl")).rows:
        read = tokenizer(f"summarize: {row.document}", truncation=True, max_length=16, return_tensors="pt")
        labels = tokenizer(row.summary, truncation=True, max_length=8, return_tensors="pt").input_ids
        with torch.no_grad():
            likely = (teacher(**read, labels=labels).logits[0] / 2).log_softmax(-1)
        gaps += (likely.exp() * (likely + math.log(likely.shape[-1]))).sum(-1).tolist()
    [reference] = {row["reference"] for row in results.collect(search) if "reference" in row}
    assert reference == pytest.approx(4 * sum(gaps) / len(gaps), rel=1e-3)


def test_the_same_again_is_free(searched: Any, base: dict[str, Any]) -> None:
    """Also the one that diverged, which it would do again."""
    _, settings = searched
    plan = Plan.of(base, space=SPACE, sampler="random", trials=1, steps=2, new_tokens=2, slowest=1000.0)
    again = searches.begin(plan, settings)
    status = searches.go_on(again, settings)
    assert status["free"] >= 3
    assert status["done"] == 1
    assert any(row["free"] and row.get("reason", "").startswith("diverged") for row in results.collect(again))


def test_the_order_is_measured_again(searched: Any, call: Call, monkeypatch: Any) -> None:
    search, settings = searched
    monkeypatch.setenv("STUDIO_HOME", str(settings.home))
    code, answer, err = call("search", "retime", search.search_id)
    assert code == 0, err
    assert [row["number"] for row in answer["before"]] == [0, 1, 2], "one that diverged was timed too"
    assert all(row["share_low"] <= row["share"] <= row["share_high"] for row in answer["again"])
    assert -1 <= answer["spearman"] <= 1
    assert not list((search.folder / "starts").glob("again-*"))
    with monkeypatch.context() as patch:  # the teacher was trained on since
        patch.setattr(candidates, "model_checksum", lambda _: "another")
        code, _, err = call("search", "retime", search.search_id)
        assert (code, "Not what the search began with: teacher" in err) == (2, True)
        code, _, err = call("search", "distil", search.search_id, "--steps", "2")
        assert (code, "Not what the search began with: teacher" in err) == (2, True)
    code, _, err = call("search", "retime", search.search_id, "--n", "2")
    assert (code, "2 of its candidates were timed" in err) == (2, True)


def test_what_two_sittings_timed_counts_together() -> None:
    """Ratios 0.1 and 0.3 in one, 0.5 in the other: their median is 0.3."""
    first = Timing(((1.0, 10.0), (3.0, 10.0)), ("One is busy.",))
    both = (first + Timing(((5.0, 10.0),), ("One is busy.", "Another is."))).as_dict()
    assert (both["share"], both["seconds"], both["teacher_seconds"]) == (0.3, 3.0, 10.0)
    assert both["share_low"] == 0.1
    assert both["share_high"] == 0.5
    assert both["disturbed"] == ["One is busy.", "Another is."]


def test_the_order_of_two_measurements() -> None:
    """Of ranks 1 2 3 4 and 2 1 3 4 the squared differences sum up to 2: 1 − 6 · 2 / (4 · 15) = 0.8."""
    before, again = ([{"share": share} for share in shares] for shares in ((1, 2, 3, 4), (2, 1, 3, 4)))
    assert Retimed(before, again).spearman == pytest.approx(0.8)


def test_too_slow_a_one_is_not_trained(searched: Any, base: dict[str, Any], tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "slow", threads=1)
    plan = Plan.of(base, space=SPACE, sampler="random", trials=1, steps=2, new_tokens=2, slowest=0.01)
    search = searches.begin(plan, settings)
    searches.go_on(search, settings)
    [row] = results.collect(search)
    assert row["reason"].startswith("too slow: ")
    assert "loss" not in row
    with pytest.raises(RunConflict, match="No candidate has come through yet"):
        pick([row], [LatencyBudget(1, True)], Reward())


def fail(error: Exception) -> Any:
    """What fails so, whatever it is given."""

    def raises(*_: Any) -> None:
        raise error

    return raises


def test_memory_that_runs_out_is_a_reason_and_a_full_disk_is_none(
    searched: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, settings = searched
    found = Candidates(search, settings, Event())
    shape = results.collect(search)[0]["shape"]

    monkeypatch.setattr(candidates, "save_model", fail(MemoryError()))
    assert found.attempt(shape, "a")["reason"] == "out of memory"
    monkeypatch.setattr(candidates, "save_model", fail(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        found.attempt(shape, "b")


def test_what_cannot_be_converted_is_at_fault_but_not_where_the_disk_is_full(
    searched: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, settings = searched
    found, shape = Candidates(search, settings, Event()), results.collect(search)[0]["shape"]
    refused = ModelUnavailable("It cannot be converted.")
    monkeypatch.setattr(found, "_time", fail(refused))
    assert found.attempt(shape, "a")["reason"] == "It cannot be converted."
    refused.__cause__ = OSError(28, "No space left on device")
    with pytest.raises(ModelUnavailable):
        found.attempt(shape, "b")


def test_a_setting_that_does_not_fit_a_shape_ends_the_candidate_and_not_the_search(
    searched: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, settings = searched
    found, shape = Candidates(search, settings, Event()), results.collect(search)[0]["shape"]
    monkeypatch.setattr(candidates.work, "carry_out", fail(IncompatibleModels("relation_heads is 3.")))
    monkeypatch.setattr(found._cache, "keep", lambda *_: None)
    assert found.attempt(shape, "a")["reason"] == "relation_heads is 3."


def test_picks_and_their_like_are_distilled_once(searched: Any, call: Call, monkeypatch: Any) -> None:
    search, settings = searched
    monkeypatch.setenv("STUDIO_HOME", str(settings.home))
    monkeypatch.setattr(distilling, "_RANDOM", 1)
    code, _, err = call("search", "distil", search.search_id, "--steps", "2")
    assert (code, "Nothing is picked yet" in err) == (2, True)
    code, answer, err = call("search", "pick", search.search_id, "--latency-budgets", "1000x,0.0001")
    assert code == 2
    assert "No candidate is within 0.0001 ms: the fastest" in err
    code, answer, _ = call("search", "pick", search.search_id, "--latency-budgets", "1000x,100000")
    assert code == 0
    assert [each["budget"] for each in answer["picks"]] == ["1000 × teacher", "100000 ms"]
    code, answer, err = call("search", "distil", search.search_id, "--steps", "2", "--tune", "1")
    assert code == 0, err
    names = [row["name"] for row in answer["rows"]]
    assert names[0] == "pick 1000 × teacher"
    assert names[1].startswith("even ")
    assert names[-1] == "teacher"
    for row in answer["rows"][:-1]:
        assert row["reward"] is not None
        assert runs.find(row["run"], settings).config().teacher is None, "the labels alone come last"
        assert runs.find(row["run"], settings).status().part_of.startswith(search.search_id)
    before = len(runs.all_runs(settings))
    call("search", "distil", search.search_id, "--steps", "2", "--tune", "1")
    assert len(runs.all_runs(settings)) == before == 2 * (len(names) - 1)
    text = distilling.table(answer["rows"])
    assert text.count("\n") == len(names) + 1
    # A student is known by its shape, whatever it is called: "pick" now is what was the random one.
    drawn = next(row for row in answer["rows"] if row["name"] == "random 1")
    found = search.noted("picks")["picks"]
    found[0]["row"]["shape"] = drawn["shape"]
    search.note("picks", "picks", found)
    code, other, err = call("search", "distil", search.search_id, "--steps", "2", "--tune", "1")
    assert code == 0, err
    assert other["rows"][0]["name"] == "pick 1000 × teacher"
    assert other["rows"][0]["run"] == drawn["run"]
    assert other["rows"][0]["rougeL"] == drawn["rougeL"]
    code, longer, err = call("search", "distil", search.search_id, "--steps", "3", "--tune", "1")
    assert code == 0, err
    assert longer["rows"][0]["run"] != other["rows"][0]["run"]


def _row(number: int, loss: float, share: float, **more: Any) -> dict[str, Any]:
    return {
        "number": number, "failed": False, "loss": loss, "share": share, "share_high": share + 0.1,
        "teacher_seconds": 0.1, "reference": 2.0, **more,
    }  # fmt: skip


def test_a_pick_counts_by_the_slow_end_of_its_interval() -> None:
    """The teacher takes 100 ms: 45 ms let in what takes up to 0.45 of that."""
    rows = [_row(0, 1.0, 0.3), _row(1, 0.5, 0.4), _row(2, 1.2, 0.1), _row(3, 0.1, 0.9)]
    budgets = [LatencyBudget.parse(text) for text in ("45", "0.5x", "25ms")]
    found = pick(rows, budgets, Reward())
    assert [each["row"]["number"] for each in found] == [0, 1, 2]
    assert found[0]["cautious_seconds"] == pytest.approx(0.04)
    assert found[0]["cautious_reward"] == pytest.approx(0.5 * (0.4 / 0.6) ** -0.06)


@pytest.mark.parametrize("text", ["", "0", "fast", "-3", "3s"])
def test_a_budget_that_is_none(text: str) -> None:
    with pytest.raises(BadConfig, match="use milliseconds such as 25"):
        picks.LatencyBudget.parse(text)


def test_rewards_by_hand() -> None:
    assert Reward()(1.0, 2.0, 0.6) == 0.5
    assert Reward(-0.5, 1.0)(0.5, 2.0, 0.25) == pytest.approx(0.75 * 2)
    assert Reward()(3.0, 2.0, 0.1) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--space", "SPACE"], "There is no part"),
        (["--teacher", "BERT"], "cannot"),
        (["--storage", "nonsense"], "'nonsense' cannot be used"),
        (["--storage", "sqlite:////no/where.db"], "cannot be reached"),
        (["--set", "data=nowhere.csv"], "There is no data 'nowhere.csv'"),
        (["--trials", "0"], "trials is 0"),
    ],
)
def test_what_the_command_is_given_in_vain(
    arguments: list[str], words: str, base: dict[str, Any], bert: Path, tmp_path: Path, call: Call
) -> None:  # fmt: skip
    space = tmp_path / "space.json"
    space.write_text(json.dumps({"hights": 3}))
    named = {"SPACE": str(space), "BERT": str(bert)}
    given = [named.get(each, each) for each in arguments]
    own = ["search", "start", "--teacher", base["teacher"], "--data", base["data"], *given]
    code, _, err = call(*own)
    assert code == 2, err
    assert words.replace("There is no part", "The space has no part 'hights'") in err
    assert "Traceback" not in err


def test_the_command_says_how_many_shapes_there_are(
    base: dict[str, Any], call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        code, answer, _ = call("search", "start", "--teacher", base["teacher"], "--only-count")
    assert code == 0
    assert f"The space holds {answer['shapes']:,} shapes:" in caplog.messages
    assert answer["space"]["width"] == [8, 16, 24, 32]


def test_a_candidate_is_made_again_as_it_was_born(searched: Any, tmp_path: Path) -> None:
    search, settings = searched
    row = results.collect(search)[0]
    name = students.make(search, 0, settings)
    assert name == f"search:{search.search_id}/0"
    folder = resolve(name, settings).local
    assert folder is not None
    made, before = load_model(folder), folder.stat().st_mtime_ns
    assert made.num_parameters() == row["parameters"]
    Candidates(search, settings, Event()).born(row["shape"], tmp_path / "born")
    again = load_model(tmp_path / "born").state_dict()
    assert all(torch.equal(again[key], value) for key, value in made.state_dict().items())
    assert students.make(search, 0, settings) == name
    assert folder.stat().st_mtime_ns == before
    with pytest.raises(RunConflict, match="has no candidate 9 that has ended"):
        students.make(search, 9, settings)


def test_a_process_that_makes_it_ends_in_a_sentence(base: dict[str, Any], tmp_path: Path) -> None:
    shape = {**SPACE, "encoder_layers": 1, "width": 0, "head_size": 8}
    with pytest.raises(
        DistillError, match="The student cannot be made: The shape's width is 0; use a whole number from 1"
    ):
        students._apart(base["teacher"], json.dumps(shape), "1", str(tmp_path / "made"))
    assert not list(tmp_path.iterdir())
