"""What the check before a run finds, by its codes."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from distill import judging
from distill.config import RunConfig
from distill.pairing import Report, check
from models.settings import Settings
from tests.tiny import make_tiny_t5


def _codes(report: Report) -> tuple[list[str], list[str]]:
    for finding in report.problems + report.warnings:
        assert finding.message
        assert finding.remedy
    return [finding.code for finding in report.problems], [finding.code for finding in report.warnings]


def test_a_good_pair(tiny_teacher: Path, tiny: Path, settings: Settings) -> None:
    report = check(str(tiny_teacher), str(tiny), settings)
    assert _codes(report) == ([], [])
    assert report.compatible
    estimate = report.estimate
    assert estimate["layer_map"] == {"encoder": [0, 3], "decoder": [0, 3]}
    assert estimate["student_shape"]["d_model"] == 16
    parts = [estimate[f"{name}_bytes"] for name in ("teacher", "student", "activation")]
    assert all(parts)
    assert estimate["total_bytes"] == sum(parts)
    assert estimate["available_bytes"] > 0
    assert json.loads(json.dumps(report.as_dict()))["compatible"] is True


def test_a_student_cut_from_the_teacher(tiny_teacher: Path, settings: Settings) -> None:
    report = check(str(tiny_teacher), "layers:3+2", settings)
    assert _codes(report) == ([], [])
    assert report.estimate["layer_map"] == {"encoder": [0, 2, 3], "decoder": [0, 3]}
    assert report.estimate["student_shape"]["encoder_layers"] == 3


@pytest.mark.parametrize(("layers", "part"), [("9+2", "encoder"), ("2+9", "decoder"), ("0+2", "encoder")])
def test_too_many_layers(tiny_teacher: Path, settings: Settings, layers: str, part: str) -> None:
    report = check(str(tiny_teacher), f"layers:{layers}", settings)
    assert _codes(report) == (["too_many_layers"], [])
    assert f"{part} layers, the teacher has 4" in report.problems[0].message
    assert report.problems[0].remedy == "Choose 1 to 4."


@pytest.mark.parametrize(("kind", "word"), [("bert", "encoder-only"), ("decoder_only", "decoder-only")])
@pytest.mark.parametrize("part", ["teacher", "student"])
def test_models_that_are_no_summarizers(
    kind: str, word: str, part: str, tiny: Path, settings: Settings, request: pytest.FixtureRequest
) -> None:
    other = str(request.getfixturevalue(kind))
    pair = (other, str(tiny)) if part == "teacher" else (str(tiny), other)
    report = check(*pair, settings)
    assert _codes(report)[0] == [f"{part}_unusable"]
    assert not report.compatible
    assert word in report.problems[0].message


def test_both_models_missing_are_both_named(settings: Settings) -> None:
    assert _codes(check("/no/teacher", "/no/student", settings))[0] == [
        "teacher_unusable",
        "student_unusable",
    ]


def test_another_vocabulary(tiny_teacher: Path, settings: Settings, tmp_path: Path) -> None:
    other = make_tiny_t5(tmp_path / "other", vocab_size=200)
    report = check(str(tiny_teacher), str(other), settings)
    assert _codes(report)[0] == ["vocabulary"]
    assert "160 of the student's 200 tokens have the same id" in report.problems[0].message


def test_an_equal_vocabulary_split_otherwise(
    tiny_teacher: Path, tiny: Path, settings: Settings, tmp_path: Path
) -> None:
    other = shutil.copytree(tiny, tmp_path / "other")
    tokenizer = json.loads((other / "tokenizer.json").read_text())
    tokenizer["normalizer"] = {"type": "Lowercase"}
    (other / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert _codes(check(str(tiny_teacher), str(other), settings))[0] == ["tokenizer"]


def test_another_family(tiny_teacher: Path, tiny: Path, settings: Settings, tmp_path: Path) -> None:
    other = shutil.copytree(tiny, tmp_path / "other")
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(
        json.dumps({**config, "model_type": "bart", "architectures": ["BartForConditionalGeneration"]})
    )
    report = check(str(tiny_teacher), str(other), settings)
    assert "family" in _codes(report)[0]
    assert _codes(check(str(other), "layers:1+1", settings))[0] == ["layers_of_another_family"]


def test_a_teacher_smaller_than_its_student(tiny_teacher: Path, tiny: Path, settings: Settings) -> None:
    report = check(str(tiny), str(tiny_teacher), settings)
    assert _codes(report) == ([], ["teacher_smaller"])
    assert report.compatible
    assert report.estimate["layer_map"] == {"encoder": None, "decoder": None}


def test_one_model_twice(tiny: Path, settings: Settings) -> None:
    assert _codes(check(str(tiny), str(tiny), settings)) == ([], ["same_model"])


def test_too_little_memory(
    tiny_teacher: Path, tiny: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distill.pairing.estimate._available_bytes", lambda: 1000)
    report = check(str(tiny_teacher), str(tiny), settings)
    assert _codes(report) == ([], ["memory"])
    assert "gradient_checkpointing=true" in report.warnings[0].remedy


def test_the_estimate_follows_the_settings(tiny_teacher: Path, tiny: Path, settings: Settings) -> None:
    small, large = (
        check(str(tiny_teacher), str(tiny), settings, config=RunConfig(student="s", batch_size=size)).estimate
        for size in (1, 8)
    )
    assert large["activation_bytes"] == 8 * small["activation_bytes"]


def _as_judged(monkeypatch: pytest.MonkeyPatch, taught: list[float], learner: list[float]) -> list[Any]:
    """Has a teacher's and its student's texts scored so; what was asked."""
    asked: list[Any] = []

    def judged(names: list[str], *rest: Any, **more: Any) -> list[dict[str, Any]]:
        asked.append((names, *rest, more))
        return [
            {"model": name, "n": len(own), "rougeL": {"f": fmean(own)}, "scores": {"rougeL": own}}
            for name, own in zip(names, (taught, learner), strict=True)
        ]

    monkeypatch.setattr(judging, "judge_models", judged)
    return asked


@pytest.mark.parametrize(("scores", "warnings"), [((0.3, 0.2), []), ((0.2, 0.3), ["weak_teacher"])])
def test_a_teacher_must_beat_its_student(
    scores: tuple[float, float],
    warnings: list[str],
    tiny_teacher: Path,
    tiny: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = _as_judged(monkeypatch, [scores[0]] * 7, [scores[1]] * 7)
    config = RunConfig(student="s", beams=2, target_tokens=64)
    report = check(str(tiny_teacher), str(tiny), settings, data="some data", config=config)
    assert _codes(report) == ([], warnings)
    written = asked[0][-1]
    assert (written["beams"], written["max_new_tokens"]) == (2, 64), "as the run will write"
    assert asked[0][0] == [str(tiny_teacher), str(tiny)]
    assert asked[0][1] == "some data"


FAR = "a difference of −10.0 (95% interval: −10.0 to −10.0). "
FEW = "So few examples cannot tell whether the teacher is better."


@pytest.mark.parametrize(
    ("gaps", "said", "remedies"),
    [
        ([-0.1] * 20, f"{FAR}A teacher that is no better has little to teach.", ["finetune"]),
        ([-0.1] * 7, FAR + FEW, ["evaluate", "finetune"]),  # nothing is claimed of fewer than 20
        # t of 19 degrees of freedom is 2.093 at 97.5%, the error 0.1 / √19
        ([-0.11, 0.09] * 10, f"of −1.0 (95% interval: −5.8 to +3.8). {FEW}", ["evaluate", "finetune"]),
        ([0.0] * 20, f"a difference of 0.0 (95% interval: 0.0 to 0.0). {FEW}", ["evaluate", "finetune"]),
        ([-0.1], f"of −10.0 (95% interval: −100.0 to +100.0). {FEW}", ["evaluate", "finetune"]),
    ],
)
def test_of_a_teacher_that_is_not_ahead_no_more_is_said_than_is_known(
    gaps: list[float],
    said: str,
    remedies: list[str],
    tiny_teacher: Path,
    tiny: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _as_judged(monkeypatch, [0.3 + gap for gap in gaps], [0.3] * len(gaps))
    config = RunConfig(student="s", validation="other data")
    report = check(str(tiny_teacher), str(tiny), settings, data="some data", config=config)
    assert _codes(report) == ([], ["weak_teacher"])
    [found] = report.warnings
    examples = f"{len(gaps)} example{'' if len(gaps) == 1 else 's'}"
    assert found.message.startswith(
        f"On {examples} the teacher reaches ROUGE-L {100 * (0.3 + fmean(gaps)):.1f}, "
    )
    assert "the student 30.0: " in found.message
    assert found.message.endswith(said)
    assert [
        name for name in ("evaluate", "finetune") if f"python -m distill {name}." in found.remedy
    ] == remedies


def test_the_sample_is_read_from_the_columns_that_were_named(
    tiny_teacher: Path, tiny: Path, settings: Settings, tmp_path: Path
) -> None:
    data = tmp_path / "odd.jsonl"
    data.write_text('{"note": "the cat sat", "gist": "cat"}')
    config = RunConfig(student="s", document_column="note", summary_column="gist")
    report = check(str(tiny_teacher), str(tiny), settings, data=str(data), config=config)
    assert len(report.estimate["rougeL"]) == 2
    assert _codes(report)[0] == ["one_example"]  # a run could not set any aside
    config = replace(config, validation=str(data))
    assert check(str(tiny_teacher), str(tiny), settings, data=str(data), config=config).compatible


def test_real_models_are_scored_on_real_data(
    tiny_teacher: Path, tiny: Path, settings: Settings, articles: Path, tmp_path: Path
) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(articles.read_text().splitlines()[:2]))
    report = check(str(tiny_teacher), str(tiny), settings, data=str(few))
    assert set(report.estimate["rougeL"]) == {str(tiny_teacher), str(tiny)}
    for warning in report.warnings:
        assert "a difference of " in warning.message


def test_a_model_is_trained_with_on_no_engine(tiny: Path, settings: Settings) -> None:
    report = check(f"{tiny}@torch:float32", str(tiny), settings)
    assert _codes(report)[0] == ["teacher_unusable"]
    assert "leave @torch:float32 out" in report.problems[0].message
