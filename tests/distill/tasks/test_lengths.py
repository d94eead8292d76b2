"""A student writes in the length of the summaries it was trained on."""

import json
from pathlib import Path
from typing import Any

import pytest

from distill.families.model_folder import load_model
from distill.runs import Run
from distill.runs.export import export_student
from distill.tasks.summarize.lengths import learn_lengths
from models.decoding import Decoding
from models.folders.inspection import inspect
from models.serving.pool import ModelPool
from models.settings import Settings
from tests.distill.helpers import train
from tests.tiny import make_tiny_t5

END = 1
TEXT = "the people ran on and sat " * 20


def test_three_quarters_of_the_summaries_are_as_long_as_the_shortest(tmp_path: Path) -> None:
    model: Any = load_model(make_tiny_t5(tmp_path / "t5"))
    model.generation_config.min_length, model.generation_config.max_length = 30, 200
    learn_lengths(model, [[7] * length + [END] for length in (4, 8, 12, 16, 20)], [END])
    own = model.generation_config
    assert (own.min_new_tokens, own.max_new_tokens) == (8, 20)
    assert (own.min_length, own.max_length) == (None, None)


def test_a_summary_cut_without_an_end_counts_whole(tmp_path: Path) -> None:
    model: Any = load_model(make_tiny_t5(tmp_path / "t5"))
    learn_lengths(model, [[7] * 6], [END])
    assert model.generation_config.min_new_tokens == 6


@pytest.fixture(scope="module")
def headlines(tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]) -> Run:
    """A run that learns headlines of three tokens from a model whose own summaries have 30 at least."""
    home = tmp_path_factory.mktemp("headlines")
    data = home / "data.jsonl"
    rows = [{"document": f"{TEXT} {n}", "summary": "the cat sat"} for n in range(30)]
    data.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    learning = {"learning_rate": 2e-2, "alpha": 0.0, "max_steps": 30, "batch_size": 8, "accumulation": 1}
    more = {"input_tokens": 128, "target_tokens": 64, "evaluation_steps": 30, "save_steps": 30}
    return train({**values, **learning, **more, "data": str(data)}, home)


@pytest.mark.parametrize("engine", ["ctranslate2:float32", "torch:float32"])
def test_a_student_of_headlines_writes_headlines(engine: str, headlines: Run) -> None:
    pool = ModelPool(Settings(home=headlines.home, threads=1))
    found = pool.get(f"run:{headlines.run_id}", engine=engine).summarize(TEXT, Decoding(beams=1))
    assert (found.text, found.tokens_out) == ("the cat sat", 3)


def test_the_export_and_the_checkpoints_have_its_lengths(headlines: Run, tmp_path: Path) -> None:
    export_student(headlines, tmp_path / "exported", Settings(home=headlines.home))
    [checkpoint] = headlines.checkpoints.glob("checkpoint-*")
    for folder in (headlines.student, tmp_path / "exported", checkpoint):
        saved = json.loads((folder / "generation_config.json").read_text())
        assert (saved["min_new_tokens"], saved["max_new_tokens"]) == (3, 3)
    assert inspect(tmp_path / "exported").usual.shortest == 3


def test_texts_alone_teach_no_length(values: dict[str, Any], tmp_path: Path) -> None:
    run = train({**values, "teacher": None, "task": "copy", "max_steps": 1}, tmp_path)
    assert "min_new_tokens" not in json.loads((run.student / "generation_config.json").read_text())
