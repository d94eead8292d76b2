"""The engines' words side by side; a difference is found, placed and weighed."""

import math
from pathlib import Path
from typing import Any

import pytest

from distill.benchmark import agreement
from distill.cli import main
from distill.data import Example
from distill.errors import BadConfig
from distill.stats import points
from distill.tasks.summarize.evaluation import rouge
from models.decoding import Decoding, Draft
from models.engines.ctranslate import CTranslate2Engine
from models.engines.pytorch import TorchEngine
from models.serving.pool import ModelPool
from models.serving.summarizer import Summarizer
from models.settings import Settings

END = 1


def test_the_engines_agree(tiny: Path, settings: Settings) -> None:
    result = agreement.agree(str(tiny), "built-in", settings, n=3)
    assert (result["n"], result["same"], result["differences"], result["met"]) == (3, 3, [], True)
    assert result["rouge"] is None
    assert result["log_probability_gap"] < 1e-4
    assert "the same for 3 of 3 texts" in agreement.agreement_table(result)


def test_other_probabilities_are_found_behind_the_same_greedy_tokens(
    tiny: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.engines.convert.scales_outputs", lambda model: False)
    result = agreement.agree(str(tiny), "built-in", settings, n=3)
    assert (result["same"], result["met"]) == (3, False)
    assert result["log_probability_gap"] > 0.1
    assert f"{result['log_probability_gap']:.6f} apart at most" in agreement.agreement_table(result)


@pytest.mark.parametrize(
    ("change", "token"),
    [
        (lambda tokens: [*tokens[:2], 50 if tokens[2] != 50 else 51, *tokens[3:]], 2),
        (lambda tokens: tokens[:4], 4),  # it ended, and the reference went on
    ],
)
def test_a_difference_is_placed_and_weighed(
    change: Any, token: int, tiny: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: dict[str, list[int]] = {}
    generate = CTranslate2Engine.generate

    def changed(self: CTranslate2Engine, ids: list[int], decoding: Decoding) -> list[int]:
        said["whole"], said["ids"] = generate(self, ids, decoding), ids
        return change(said["whole"]) if decoding.beams == 1 else said["whole"]  # else it warms up

    monkeypatch.setattr(CTranslate2Engine, "generate", changed)
    result = agreement.agree(str(tiny), "built-in", settings, n=1)
    [found] = result["differences"]
    chosen = [*change(said["whole"]), END][token]
    reference = ModelPool(settings).get(str(tiny), "torch")
    assert isinstance(reference.engine, TorchEngine)
    scores = reference.engine.log_probabilities(said["ids"], said["whole"][:token])
    assert (found["article"], found["token"]) == (0, token)
    assert found["gap"] == pytest.approx(scores[said["whole"][token]] - scores[chosen], abs=1e-5)
    assert (found["ctranslate2"], found["torch"]) == (
        reference.piece(chosen),
        reference.piece(said["whole"][token]),
    )
    assert (result["same"], result["met"]) == (0, False)


@pytest.mark.parametrize(("gap", "near"), [(0.0099, True), (0.0101, False), (-0.0101, False)])
def test_a_near_tie_is_one_percent(gap: float, near: bool) -> None:
    assert agreement.Difference(0, 0, "a", "b", gap).near_tie is near
    assert (math.exp(abs(gap)) < 1.0101) is near


def test_quality_is_compared_text_by_text(
    tiny: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(self: Summarizer, texts: list[str], *_: Any) -> list[list[Draft]]:
        words = ["the cat sat", "the cat" if self.engine.dtype == "int8" else "the cat sat"]
        return [[Draft(word, 5, 3)] for word in words[: len(texts)]]

    monkeypatch.setattr(Summarizer, "summarize_many", write)
    examples = [Example("a", "the cat sat"), Example("b", "the cat sat")]
    found = agreement._compare_quality(ModelPool(settings), str(tiny), examples)
    part = rouge("the cat", "the cat sat")["rougeL"]
    assert part == pytest.approx(0.8)  # precision 1, recall 2/3
    assert (found["float32"], found["int8"]) == (1.0, pytest.approx(0.9))
    assert (found["n"], found["same_texts"]) == (2, 1)
    assert found["difference"]["f"] == pytest.approx(-0.1)
    assert (found["difference"]["low"], found["difference"]["high"]) == (-1.0, 1.0), "two texts tell nothing"


def test_too_great_a_difference_is_not_within_the_limits(
    tiny: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    quality = {"n": 2, "int8": 0.2, "float32": 0.196, "same_texts": 1}
    for gap, met in ((0.0029, True), (-0.0031, False)):
        quality["difference"] = {"f": gap, "low": gap, "high": gap}  # type: ignore[assignment]
        monkeypatch.setattr(agreement, "_compare_quality", lambda *_: quality)
        result = agreement.agree(str(tiny), "built-in", settings, n=1, rouge_texts=2)
        assert result["met"] is met
        assert f"difference {points(gap, signed=True)} (" in agreement.agreement_table(result)


def test_what_cannot_be_compared_is_said(settings: Settings) -> None:
    with pytest.raises(BadConfig, match="name the model alone"):
        agreement.agree("embedded/distilled@torch", "built-in", settings)
    with pytest.raises(BadConfig, match="at least one text"):
        agreement.agree("embedded/distilled", "built-in", settings, n=0)


def test_the_command(
    tiny: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(settings.home))
    assert main(["agree", str(tiny), "--n", "2", "--rouge", "2"]) == 0
    *lines, answer = capsys.readouterr().out.splitlines()
    assert "2 of 2 texts" in lines[0]
    assert '"same": 2' in answer
    assert '"difference": {"f":' in answer
