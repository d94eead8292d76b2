"""The loss a run really takes its steps on, its terms, and what validation may not touch."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from distill import data
from distill.config import RunConfig
from distill.families.model_folder import load_model
from distill.families.signal import Needs, Signal
from distill.families.t5 import T5
from distill.objective.feature_terms import Counts, Masks
from distill.objective.objective import Objective
from distill.runs import Run
from distill.signals.teacher import LiveTeacher
from distill.tasks.summarize import Summarize
from models.folders.inspection import inspect
from models.text.encoding import open_encoder
from tests.distill.helpers import carry_out, figures, new_run, train, weights


@pytest.fixture
def plain_values(values: dict[str, Any], plain: Path) -> dict[str, Any]:
    """Settings without dropout and without validations in between."""
    return {
        **values,
        "student": str(plain),
        "max_steps": 3,
        "evaluation_steps": 1000,
        "validation_examples": 1,
    }


def _training_rows(run: Run) -> list[dict[str, Any]]:
    return [row for row in figures(run) if "loss" in row]


@pytest.mark.parametrize(
    "way",
    [
        {},
        {"on_policy": 1.0, "divergence": "js"},
        {"on_policy": 0.5, "rollouts": 2, "hidden_weight": 1.0},
        {"hidden_weight": 1.0, "embedding_weight": 1.0, "balance": True},
        {"attention_weight": 1.0, "relation_weight": 1.0, "relation_heads": 2, "balance": True},
    ],
    ids=["labels", "own words", "rewards", "states", "attentions"],
)
def test_accumulation_equals_one_large_batch(
    way: dict[str, Any], plain_values: dict[str, Any], tmp_path: Path
) -> None:
    """Every token of a step weighs the same, whichever batch it comes in."""
    large = train({**plain_values, **way, "batch_size": 8, "accumulation": 1}, tmp_path)
    small = train({**plain_values, **way, "batch_size": 2, "accumulation": 4}, tmp_path)
    for mine, other in zip(_training_rows(small), _training_rows(large), strict=True):
        assert mine == pytest.approx(other, rel=1e-4)
    torch.testing.assert_close(weights(small), weights(large), rtol=0, atol=1e-4)


def test_rewards_are_learned_from_without_a_teacher_and_are_told(
    plain_values: dict[str, Any], tmp_path: Path
) -> None:
    values = {**plain_values, "teacher": None, "on_policy": 1.0, "rollouts": 3, "max_steps": 2}
    rows = _training_rows(train(values, tmp_path))
    assert all({"policy", "reward"} <= row.keys() and "hard" not in row for row in rows)
    assert any(row["policy"] for row in rows), "some must differ in what they are worth"


def test_the_first_step_s_terms_are_means_over_all_its_tokens(
    plain_values: dict[str, Any], articles: Path, tmp_path: Path
) -> None:
    values = {**plain_values, "max_examples": 4, "batch_size": 1, "accumulation": 4, "max_steps": 1}
    row = _training_rows(train(values, tmp_path))[0]
    config = RunConfig.from_dict(values)
    rows, _ = data.split_off(data.load(str(articles), limit=5), 1, config.seed)
    model, teacher = (load_model(Path(name)) for name in (values["student"], values["teacher"]))
    encoded = list(Summarize().encode(rows, open_encoder(Path(values["student"])), config))
    batch: Any = T5().collate(encoded, pad=0)
    assert len(set((batch["labels"] != -100).sum(1).tolist())) > 1, "the lengths must differ"
    with torch.no_grad():
        mine, theirs = (
            m.eval()(
                input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=batch["labels"]
            )
            for m in (model, teacher)
        )
    masks = Masks(batch["attention_mask"], (batch["labels"] != -100).long())
    total, terms, *_ = Objective(config)(
        student=Signal(mine.logits), teacher=Signal(theirs.logits), labels=batch["labels"], masks=masks
    )
    assert row["hard"] == pytest.approx(mine.loss.item(), rel=1e-5)
    assert row["hard"] == pytest.approx(terms["hard"].item(), rel=1e-5)
    assert row["soft"] == pytest.approx(terms["soft"].item(), rel=1e-5)
    assert row["loss"] == pytest.approx(total.item(), rel=1e-5)
    assert row["loss"] == pytest.approx(0.7 * row["soft"] + 0.3 * row["hard"], rel=1e-5)


def test_validation_changes_no_training_row(plain_values: dict[str, Any], tmp_path: Path) -> None:
    without = train(plain_values, tmp_path)
    often = train({**plain_values, "evaluation_steps": 1}, tmp_path)
    assert _training_rows(often) == _training_rows(without)
    assert [row["step"] for row in figures(often) if "validation_loss" in row] == [1, 2, 3]


def test_the_same_seed_gives_the_same_run(whole: Run, values: dict[str, Any], tmp_path: Path) -> None:
    again = train(values, tmp_path)
    assert figures(again) == figures(whole)
    assert all(torch.equal(again_, weights(whole)[name]) for name, again_ in weights(again).items())


def test_another_seed_gives_another_run(whole: Run, values: dict[str, Any], tmp_path: Path) -> None:
    assert figures(train({**values, "seed": 1, "max_steps": 1}, tmp_path))[0] != figures(whole)[0]


def test_every_step_has_its_row(whole: Run) -> None:
    rows = whole.metrics()
    training = [row for row in rows if "loss" in row]
    assert [row["step"] for row in training] == list(range(1, 15))
    names = {"step", "loss", "soft", "hard", "learning_rate", "gradient_norm", "tokens_per_second"}
    names |= {"seconds", "memory_bytes", "eta_seconds", "alpha", "temperature"}
    blocks = {"embedding", "encoder.0", "encoder.1", "decoder.0", "decoder.1", "other"}
    assert all(set(row) == names | {f"gradient/{block}" for block in blocks} for row in training)
    assert [row["learning_rate"] for row in training] == pytest.approx(
        [1e-3 * (14 - n) / 14 for n in range(14)]
    )
    assert training[-1]["eta_seconds"] == 0
    assert all(min(row["seconds"], row["memory_bytes"], row["tokens_per_second"]) > 0 for row in training)
    scores = ("loss", "rouge1", "rouge2", "rougeL", "rougeLsum", "soft", "hard", "teacher_hard")
    scores += ("examples",)
    kinds = {f"validation_{name}" for name in scores}
    assert [set(row) for row in rows if "validation_loss" in row] == [{"step", *kinds}] * 2


def test_the_student_keeps_its_own_generation_settings(whole: Run, tiny: Path) -> None:
    saved, own = (
        json.loads((folder / "generation_config.json").read_text()) for folder in (whole.student, tiny)
    )
    assert {name: saved[name] for name in own} == own
    assert not {"max_length", "num_beams", "early_stopping"} & set(saved)


def test_the_student_learnt_and_the_teacher_did_not(whole: Run, tiny: Path, tiny_teacher: Path) -> None:
    from safetensors.torch import load_file

    before = load_file(tiny / "model.safetensors")
    assert any(not torch.equal(before[name], value) for name, value in weights(whole).items())
    teacher: Any = load_model(tiny_teacher)
    live = LiveTeacher(teacher.train())
    ids = torch.tensor([[5, 9, 1]])
    batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": ids}
    answers: list[Any] = [live.signal(batch, Needs()).logits for _ in range(2)]
    one, two = answers
    assert not one.requires_grad
    assert not any(parameter.requires_grad for parameter in teacher.parameters())
    assert torch.equal(one, two), "its dropout must be off"


@pytest.mark.parametrize(
    "extra",
    [
        {"teacher": None},
        {"teacher": None, "task": "copy"},
        {"teacher": None, "task": "lead"},
        {"task": "extract"},
        {"student": "layers:2+1"},
        {"gradient_checkpointing": True},
        {"precision": "bfloat16"},
        {"more_teachers": "TEACHER", "teacher_weights": "confidence"},
        {"divergence": "reverse_kl"},
        {"temperature_schedule": "adaptive"},
    ],
    ids=str,
)
def test_other_kinds_of_runs_end_well(values: dict[str, Any], extra: dict[str, Any], tmp_path: Path) -> None:
    if "more_teachers" in extra:
        extra = {**extra, "more_teachers": values["teacher"]}
    run = train({**values, "max_steps": 2, "evaluation_steps": 1, **extra}, tmp_path)
    assert run.status().status == "finished"
    assert run.student.is_dir()
    terms = set(run.status().terms)
    assert terms == ({"loss", "soft", "hard"} if extra.get("teacher", "") is not None else {"loss", "hard"})
    rows = (run.result() or {})["rows"]
    assert ("student after" in [row["label"] for row in rows]) == run.config().has_references


def test_gradient_checkpointing_changes_no_figure(plain_values: dict[str, Any], tmp_path: Path) -> None:
    with_it = train({**plain_values, "gradient_checkpointing": True}, tmp_path)
    for mine, other in zip(
        _training_rows(with_it), _training_rows(train(plain_values, tmp_path)), strict=True
    ):
        assert mine == pytest.approx(other, rel=1e-5)


def test_float16_needs_a_gpu(values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from distill.errors import BadConfig

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(BadConfig, match="precision=float16 needs a GPU"):
        carry_out(new_run({**values, "precision": "float16"}, tmp_path))


def test_every_label_counts_in_the_mean(values: dict[str, Any], tmp_path: Path) -> None:
    """The library leaves the first label of each example out for models that shift their labels."""
    from distill.training.assembling import make_trainer
    from distill.training.materials import load_materials
    from models.settings import Settings

    config = RunConfig.from_dict(values)
    trainer = make_trainer(
        new_run(values, tmp_path), config, load_materials(config, Settings(home=tmp_path, threads=1))
    )
    labels = [torch.tensor([[5, 6, 1], [7, 1, -100], [-100, -100, -100]]), torch.tensor([[1, -100]])]
    batches = [{"labels": each, "attention_mask": torch.ones_like(each)} for each in labels]
    counts = trainer._get_num_items_in_batch(batches, torch.device("cpu"))
    assert (int(counts.target), int(counts.input), int(counts.examples)) == (6, 8, 3)


def test_a_moving_setting_starts_and_ends_where_it_should(
    plain_values: dict[str, Any], tmp_path: Path
) -> None:
    moving = {"alpha": 0, "alpha_end": 1, "alpha_schedule": "linear"}
    rows = _training_rows(train({**plain_values, **moving}, tmp_path))
    assert [row["alpha"] for row in rows] == pytest.approx([0, 0.5, 1])


def test_an_epoch_s_short_last_step_counts_in_full(plain_values: dict[str, Any], tmp_path: Path) -> None:
    """Three of eight examples are left for the second step: their mean is that of a batch of three."""
    values = {**plain_values, "max_examples": 8, "max_steps": 2, "learning_rate": 1e-9, "on_policy": 1}
    one_by_one, together = (
        _training_rows(train({**values, "batch_size": size, "accumulation": 5 // size}, tmp_path))
        for size in (1, 5)
    )
    softs = [[row["soft"] for row in rows] for rows in (one_by_one, together)]
    assert softs[0] == pytest.approx(softs[1], rel=1e-5)


def test_all_teachers_must_have_one_vocabulary(values: dict[str, Any], tmp_path: Path) -> None:
    """A student that is cut from the first teacher has no tokenizer of its own to compare the others with."""
    from distill.errors import IncompatibleModels

    other = shutil.copytree(values["teacher"], tmp_path / "other")
    tokenizer = json.loads((other / "tokenizer.json").read_text())
    pieces = tokenizer["model"]["vocab"]
    tokenizer["model"]["vocab"] = [*pieces[:4], *reversed(pieces[4:])]
    (other / "tokenizer.json").write_text(json.dumps(tokenizer))
    run = new_run({**values, "student": "layers:1+1", "more_teachers": str(other)}, tmp_path)
    with pytest.raises(IncompatibleModels, match="The vocabularies differ"):
        carry_out(run)


def test_a_further_teacher_may_be_shallower_than_the_layers(
    values: dict[str, Any], plain: Path, tmp_path: Path
) -> None:
    extra = {"student": "layers:3+1", "more_teachers": str(plain), "max_steps": 1}
    assert train({**values, **extra}, tmp_path).status().status == "finished"


def test_a_setting_that_does_not_fit_is_found_before_the_teacher_is_judged(
    values: dict[str, Any], tmp_path: Path
) -> None:
    from distill.errors import IncompatibleModels

    run = new_run({**values, "relation_weight": 1.0, "relation_heads": 7}, tmp_path)
    with pytest.raises(IncompatibleModels, match="it must divide the student's attention width"):
        carry_out(run)
    assert not (run.folder / "teacher.json").exists()


def test_what_the_objective_learns_starts_each_step_without_a_gradient(
    values: dict[str, Any], tmp_path: Path
) -> None:
    """Even after a step that the float16 scaler skipped: one overflow would else stay for ever."""
    from distill.training.assembling import make_trainer
    from distill.training.materials import load_materials
    from models.settings import Settings

    config = RunConfig.from_dict({**values, "accumulation": 1, "temperature_schedule": "learnable"})
    materials = load_materials(config, Settings(home=tmp_path, threads=1))
    trainer = make_trainer(new_run(values, tmp_path), config, materials)
    trainer.create_optimizer_and_scheduler(1)
    trainer.model, trainer.optimizer = trainer.accelerator.prepare(trainer.model, trainer.optimizer)
    [learnt] = trainer.objective.parameters()
    for _ in range(2):
        batch = next(iter(trainer.get_train_dataloader()))
        trainer.training_step(trainer.model, batch, Counts(*torch.tensor([9, 9, 9])))
        assert learnt.grad is not None
        assert learnt.grad.isfinite()
        learnt.grad.fill_(torch.inf)


def test_the_memory_of_a_step_is_its_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    from distill.training import recorder

    asked: list[str] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 7)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda: asked.append("reset"))
    assert (recorder.peak_memory_bytes(), asked) == (7, ["reset"])


def test_the_held_out_loss_is_the_one_that_is_trained(values: dict[str, Any], tmp_path: Path) -> None:
    run = train({**values, "max_steps": 1, "evaluation_steps": 1, "hidden_weight": 2.0}, tmp_path)
    [row] = [row for row in run.metrics() if "validation_loss" in row]
    soft, hard, hidden = (row[f"validation_{name}"] for name in ("soft", "hard", "hidden"))
    assert row["validation_loss"] == pytest.approx(0.7 * soft + 0.3 * hard + 2 * hidden, rel=1e-5)


def test_a_student_reads_in_use_what_it_learnt_to_read(values: dict[str, Any], tmp_path: Path) -> None:
    for wanted, expected in ((None, 512), (24, 24)):
        run = train({**values, "max_steps": 1, "input_tokens": wanted}, tmp_path)
        assert inspect(run.student).input_tokens == expected
