"""What one step does: its gradients by hand, what it clips, reads from the device and leaves in memory."""

import gc
import math
import shutil
import traceback
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from distill.config import RunConfig
from distill.families.signal import Signal
from distill.losses.masking import IGNORED
from distill.objective.feature_terms import Counts, Masks
from distill.objective.objective import Objective
from distill.runs import Run
from distill.training import work
from distill.training.assembling import make_trainer
from distill.training.batches import EMPTY, ByLength, Rows
from distill.training.materials import load_materials
from distill.training.recorder import Recorder
from distill.training.trainer import DistillationTrainer
from models.settings import Settings
from tests.distill.helpers import carry_out, new_run, train

WIDE = {"method": "hidden", "balance": False, "accumulation": 2, "clip": 0.01}


def _trainer(values: dict[str, Any], home: Path) -> DistillationTrainer:
    """A trainer that is ready for a step."""
    config = RunConfig.from_dict(values)
    trainer = make_trainer(
        new_run(values, home), config, load_materials(config, Settings(home=home, threads=1))
    )
    trainer.create_optimizer_and_scheduler(3)
    trainer.model, trainer.optimizer = trainer.accelerator.prepare(trainer.model, trainer.optimizer)
    return trainer


def _step(trainer: DistillationTrainer) -> list[dict[str, torch.Tensor]]:
    """The passes of one step, all but the optimizer's; gives its batches."""
    number = trainer.args.gradient_accumulation_steps
    batches, counts = trainer.get_batch_samples(iter(trainer.get_train_dataloader()), number, "cpu")
    trainer.current_gradient_accumulation_steps = len(batches)
    for place, batch in enumerate(batches):
        trainer.accelerator.gradient_state._set_sync_gradients(place == len(batches) - 1)
        trainer.training_step(trainer.model, batch, counts)
    return batches


def test_a_step_on_its_own_words_is_a_mean_over_all_of_them(
    values: dict[str, Any], plain: Path, tmp_path: Path
) -> None:
    """Its gradient by hand: the batches' sums of token losses over the number of all their tokens."""
    config = {
        "student": str(plain),
        "on_policy": 1.0,
        "batch_size": 1,
        "accumulation": 8,
        "target_tokens": 64,
    }
    trainer = _trainer({**values, **config}, tmp_path)
    batches = _step(trainer)
    found = trainer.model.shared.weight.grad.clone()
    trainer.model.zero_grad()
    numbers = [int((batch["labels"] != IGNORED).sum()) for batch in batches]
    assert len(set(numbers)) > 1, "the lengths must differ"
    for batch, number in zip(batches, numbers, strict=True):
        inputs = {name: batch[name] for name in ("input_ids", "attention_mask", "labels")}
        with torch.no_grad():
            teacher = trainer.teacher.model(**inputs).logits  # pyright: ignore
        p, q = ((logits / 2).log_softmax(-1) for logits in (teacher, trainer.model(**inputs).logits))
        each = 4 * (p.exp() * (p - q)).sum(-1)
        assert number == (batch["labels"] != IGNORED).sum()
        (each[batch["labels"] != IGNORED].sum() / sum(numbers)).backward()
    torch.testing.assert_close(found, trainer.model.shared.weight.grad, rtol=1e-4, atol=1e-6)


def test_the_clipped_gradient_includes_the_projections(values: dict[str, Any], tmp_path: Path) -> None:
    trainer = _trainer({**values, **WIDE}, tmp_path)
    _step(trainer)
    parts = [*trainer.model.parameters(), *trainer.objective.projections()]
    before = math.sqrt(sum(float(part.grad.square().sum()) for part in parts))
    assert trainer.objective.projections()
    assert float(trainer._clip_grad_norm(trainer.model)) == pytest.approx(before)
    blocks = {name: float(norm) for name, norm in trainer._gradients.items()}
    assert blocks["projections"] > 0
    assert math.hypot(*blocks.values()) == pytest.approx(before)
    after = math.sqrt(sum(float(part.grad.square().sum()) for part in parts))
    assert after == pytest.approx(0.01, rel=1e-3)


class _Reads(TorchDispatchMode):
    """Counts how often our code reads a number out of a tensor, for which it would wait for a GPU."""

    number = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function is torch.ops.aten._local_scalar_dense.default:
            calls = [frame.filename for frame in traceback.extract_stack()[:-1]]
            asks = next(file for file in reversed(calls) if "/torch/" not in file)
            self.number += "transformers" not in asks  # its attention masks do
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("way", [{}, {"method": "multi"}, {"method": "curriculum"}, {"method": "adaptive"}])
def test_no_batch_waits_for_the_device(way: dict[str, Any], values: dict[str, Any], tmp_path: Path) -> None:
    trainer = _trainer({**values, **way}, tmp_path)
    batch = next(iter(trainer.get_train_dataloader()))
    counts = Counts.of([Masks.of(batch)])
    trainer.model.train()
    with _Reads() as reads:
        trainer.compute_loss(trainer.model, batch, num_items_in_batch=counts).backward()
    assert reads.number == 0


def test_the_models_are_gone_when_the_student_is_judged(
    values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[weakref.ref] = []

    def watched(*args: Any) -> DistillationTrainer:
        made = make_trainer(*args)
        kept.extend(weakref.ref(part) for part in (made, made.model, made.teacher.model, made.objective))  # pyright: ignore
        return made

    monkeypatch.setattr(work, "make_trainer", watched)
    emptied: list[int] = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append(1))
    alive: list[Any] = []

    def judging(*_: Any) -> dict[str, Any]:
        alive.extend(each() for each in kept)
        return {"rows": []}

    gc.disable()  # what a collection by chance would hide
    try:
        run = new_run({**values, "max_steps": 1}, tmp_path)
        work.carry_out(run, Settings(home=tmp_path, threads=1), judging)
    finally:
        gc.enable()
    assert alive == [None] * 4


def test_a_resumed_run_keeps_to_its_threads(
    values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums over other parts differ in their last digits: the run would end elsewhere."""
    run = train({**values, "max_steps": 1}, tmp_path)
    shutil.rmtree(run.checkpoints)
    seen: list[int] = []
    began = Recorder.on_train_begin
    monkeypatch.setattr(
        Recorder,
        "on_train_begin",
        lambda *args, **more: (seen.append(torch.get_num_threads()), began(*args, **more))[1],
    )
    torch.set_num_threads(2)
    try:
        carry_out(run)
    finally:
        torch.set_num_threads(1)
    assert seen == [1]


def test_a_cache_far_from_the_live_teacher_is_said(values: dict[str, Any], tmp_path: Path) -> None:
    """Random teachers are nearly uniform: 1 of 160 logits leaves most out, 150 little."""
    cached = {**values, "max_steps": 1, "teacher_cache": True}
    far, near = (train({**cached, "teacher_top_k": k}, tmp_path) for k in (1, 150))
    [warning] = [text for text in far.status().warnings if "cache" in text]
    assert "Raise teacher_top_k" in warning
    assert not [text for text in near.status().warnings if "cache" in text]
    assert "outside" not in far.status().terms


def test_it_is_said_once_however_far(tmp_path: Path, values: dict[str, Any]) -> None:
    run = train({**values, "max_steps": 1}, tmp_path)
    recorder = Recorder(run, objective=None)  # pyright: ignore[reportArgumentType]
    for outside in (0.6, 0.4, 0.9):
        recorder._watch_cache(outside)
    assert len([text for text in run.status().warnings if "cache" in text]) == 1


def test_an_example_that_fills_up_a_batch_counts_for_nothing(values: dict[str, Any], tmp_path: Path) -> None:
    trainer = _trainer({**values, "method": "multi"}, tmp_path)
    data: Any = trainer.train_dataset
    collate: Any = trainer.data_collator
    [full, filled] = [collate([data[0], *more]) for more in ([], [data[EMPTY], data[EMPTY]])]
    assert _numbers(Counts.of([Masks.of(filled)])) == _numbers(Counts.of([Masks.of(full)]))
    trainer.model.eval()
    with torch.no_grad():
        one, other = (trainer.compute_loss(trainer.model, batch) for batch in (full, filled))
    assert float(one) == pytest.approx(float(other), rel=1e-5)


def _numbers(counts: Counts) -> list[int]:
    return [int(counts.input), int(counts.target), int(counts.examples)]


def test_an_epoch_of_several_processes_is_filled_up(values: dict[str, Any], tmp_path: Path) -> None:
    data: Rows = _trainer(values, tmp_path).train_dataset  # pyright: ignore
    alone, together = ByLength(data, 8, seed=1), ByLength(data, 8, seed=1, together=7)
    assert (len(data), len(alone), len(together)) == (36, 36, 42)
    assert list(together) == [*alone, *[EMPTY] * 6]


def test_a_top_k_teacher_tells_what_it_leaves_out() -> None:
    """By hand: of (ln 6, ln 3, ln 1) at T = 1 the largest one leaves 4 of 10 out."""
    from distill.signals.cached_teacher import largest

    logits = torch.tensor([[[6.0, 3.0, 1.0]]]).log()
    made = Objective(RunConfig(student="s", teacher="t", temperature=1.0))
    mask = torch.ones(1, 1, dtype=torch.long)
    found = made(
        student=Signal(logits), teacher=Signal(largest(logits, 1, 1.0)), labels=mask, masks=Masks(mask, mask)
    )
    assert float(found.settings["outside"]) == pytest.approx(0.4)


def test_a_run_that_only_helps_writes_nothing(values: dict[str, Any], tmp_path: Path) -> None:
    from distill.runs import JoinedRun

    run: Run = new_run(values, tmp_path)
    before = {path: path.read_bytes() for path in run.folder.iterdir()}
    helping = JoinedRun(run.folder)
    helping.update(status="failed")
    helping.record({"step": 1})
    helping.warn("no")
    helping.belongs_to({})
    helping.request_stop()
    with helping.log_file():
        helping.log_traceback()
    assert {path: path.read_bytes() for path in run.folder.iterdir()} == before


def test_numbers_next_to_zero_count_as_zero_in_training(values: dict[str, Any], tmp_path: Path) -> None:
    assert torch.set_flush_denormal(False)
    train(values, tmp_path)
    try:
        assert float(torch.tensor(1e-39) * 1) == 0
    finally:
        torch.set_flush_denormal(False)
