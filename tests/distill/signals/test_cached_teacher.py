"""A cached teacher: the right row for whoever asks, as close to the teacher's own word as is said."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from distill.families.model_folder import load_model
from distill.families.signal import Needs, Signal
from distill.losses import logit_loss
from distill.losses.masking import IGNORED
from distill.losses.topk import TopK
from distill.signals.cached_teacher import CachedTeacher, largest, source
from distill.signals.signal_cache import SignalStore
from distill.signals.teacher import LiveTeacher
from tests.distill.helpers import assert_same_end, carry_out, figures, new_run, train

VOCABULARY = 160
ROWS = [
    ([5, 9, 7, 1], [8, 11, 1]),
    ([5, 9, 7, 12, 13, 1], [8, 1]),
    ([6, 1], [14, 15, 16, 17, 1]),
    ([5, 9, 7, 1], [8, 11, 20, 1]),  # the first one's input, another summary
]


class Counting:
    """A live teacher that notes how many rows it was asked for."""

    def __init__(self, live: LiveTeacher) -> None:
        self.live, self.asked = live, []

    def signal(self, inputs: dict[str, Tensor], needs: Needs) -> Signal:
        self.asked.append(len(inputs["labels"]))
        return self.live.signal(inputs, needs)


@pytest.fixture
def live(tiny_teacher: Path) -> Counting:
    model: Any = load_model(tiny_teacher)
    with torch.no_grad():
        model.shared.weight *= 3  # a random model's distribution is flat; a teacher's is not
    return Counting(LiveTeacher(model))


@pytest.fixture
def store(tmp_path: Path) -> SignalStore:
    return SignalStore(tmp_path / "signals.sqlite", b"teacher", 0.01)


def cached(teacher: Counting, store: SignalStore, k: int = 16, vocabulary: int = VOCABULARY) -> CachedTeacher:
    return CachedTeacher(lambda: teacher, store, k=k, temperature=2.0, vocabulary=vocabulary)


def batch(*numbers: int, extra: int = 0) -> dict[str, Tensor]:
    """These rows, padded to the longest and `extra` further."""
    inputs, labels = zip(*(ROWS[number] for number in numbers), strict=True)
    width, length = max(map(len, inputs)) + extra, max(map(len, labels)) + extra
    shifted = [[0, *row[:-1]] for row in labels]
    return {
        "input_ids": torch.tensor([row + [0] * (width - len(row)) for row in inputs]),
        "attention_mask": torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in inputs]),
        "labels": torch.tensor([row + [IGNORED] * (length - len(row)) for row in labels]),
        "decoder_input_ids": torch.tensor([row + [0] * (length - len(row)) for row in shifted]),
    }


def ask(teacher: Any, inputs: dict[str, Tensor]) -> TopK:
    answer = teacher.signal(inputs, Needs()).logits
    assert isinstance(answer, TopK)
    return answer


def test_largest_by_hand() -> None:
    top = largest(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), k=2, temperature=2.0)
    assert (top.logits.tolist(), top.ids.tolist()) == ([[4.0, 3.0]], [[1, 3]])
    assert top.tail.item() == pytest.approx(1.4741, abs=1e-4)  # ln(e^0.5 + e^1)


def test_a_cached_signal_is_the_teacher_s_own_to_half_precision(live: Counting, store: SignalStore) -> None:
    inputs = batch(0, 1, 2, 3)
    wanted = largest(live.signal(inputs, Needs()).logits, 16, 2.0)  # type: ignore[arg-type]
    teacher, real = cached(live, store), inputs["labels"] != IGNORED
    for found in (ask(teacher, inputs), ask(teacher, inputs)):
        assert torch.equal(found.ids[real], wanted.ids[real])
        below = wanted.logits[real].amax(-1, keepdim=True) - wanted.logits[real]
        assert bool(((found.logits[real] - wanted.logits[real]).abs() <= below * 2**-11 + 1e-5).all())
        torch.testing.assert_close(found.tail[real], wanted.tail[real], rtol=0, atol=1e-5)
        assert (found.temperature, found.vocabulary) == (2.0, VOCABULARY)


def test_with_all_logits_kept_the_loss_and_its_gradient_are_the_live_ones(
    live: Counting, store: SignalStore
) -> None:
    """But for the rounding to float16."""
    inputs = batch(0, 1, 2, 3)
    mask = inputs["labels"] != IGNORED
    full = live.signal(inputs, Needs()).logits
    losses, gradients = [], []
    for teacher in (full, ask(cached(live, store, k=VOCABULARY), inputs)):
        student = torch.randn(full.shape, generator=torch.Generator().manual_seed(0)).requires_grad_()  # type: ignore[union-attr]
        loss = logit_loss(student=student, teacher=teacher, mask=mask, temperature=2.0)
        loss.backward()
        losses.append(loss.item())
        gradients.append(student.grad.flatten())  # type: ignore[union-attr]
    assert losses[1] == pytest.approx(losses[0], rel=1e-3)
    torch.testing.assert_close(gradients[1], gradients[0], rtol=1e-2, atol=1e-5)


def test_each_row_is_asked_for_once_whatever_batch_it_is_in(live: Counting, store: SignalStore) -> None:
    teacher = cached(live, store)
    first = ask(teacher, batch(0, 1, 2, 3))
    assert live.asked == [4]
    for numbers, extra in (((3, 2, 1, 0), 0), ((2,), 0), ((1, 3), 5), ((0, 0, 1), 0)):
        inputs = batch(*numbers, extra=extra)
        found = ask(teacher, inputs)
        for place, number in enumerate(numbers):
            length = len(ROWS[number][1])
            assert torch.equal(found.logits[place, :length], first.logits[number, :length])
            assert torch.equal(found.ids[place, :length], first.ids[number, :length])
            assert torch.equal(found.tail[place, :length], first.tail[number, :length])
    assert live.asked == [4]


def test_only_missing_rows_are_computed(live: Counting, store: SignalStore) -> None:
    teacher = cached(live, store)
    ask(teacher, batch(0, 2))
    mixed = ask(teacher, batch(0, 1, 2, 3))
    assert live.asked == [2, 2]
    alone = ask(cached(live, SignalStore(store._path.with_name("other"), b"teacher", 0.01)), batch(1))  # pyright: ignore
    torch.testing.assert_close(mixed.logits[1, :2], alone.logits[0, :2], rtol=2**-10, atol=1e-4)


def test_padding_where_nothing_counts_is_harmless(live: Counting, store: SignalStore) -> None:
    inputs = batch(0, 1)
    inputs["labels"][1] = IGNORED
    found = ask(cached(live, store), inputs)
    assert torch.isfinite(found.logits).all()
    assert torch.isfinite(found.tail).all()


def test_a_fully_cached_pass_needs_no_teacher(live: Counting, store: SignalStore) -> None:
    first = ask(cached(live, store), batch(0, 1))

    def load() -> Any:
        raise AssertionError("The teacher was loaded.")

    teacher = CachedTeacher(load, store, k=16, temperature=2.0, vocabulary=VOCABULARY)
    assert torch.equal(ask(teacher, batch(0, 1)).logits, first.logits)


def test_a_damaged_row_is_computed_again(live: Counting, store: SignalStore) -> None:
    teacher = cached(live, store)
    first = ask(teacher, batch(0))
    [(key, value)] = store._attempt(
        lambda file: file.execute("SELECT key, value FROM signals").fetchall(), []
    )  # pyright: ignore
    store.put({key: bytes([value[0] ^ 1]) + value[1:]})
    assert torch.equal(ask(teacher, batch(0)).logits, first.logits)
    assert live.asked == [1, 1]


def test_logits_the_student_lacks_do_not_count(live: Counting, store: SignalStore) -> None:
    assert ask(cached(live, store, vocabulary=20), batch(0, 1, 2)).ids.max() < 20


def test_features_cannot_be_had(live: Counting, store: SignalStore) -> None:
    with pytest.raises(ValueError, match="logits only"):
        cached(live, store).signal(batch(0), Needs(hidden=True))


def test_other_teachers_tokenizers_and_settings_are_other_sources(
    tiny: Path, tiny_teacher: Path, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {"k": 16, "temperature": 2.0, "vocabulary": 160, "precision": "float32"}
    copied = shutil.copytree(tiny_teacher, tmp_path / "copy")
    assert source(copied, **settings) == source(tiny_teacher, **settings)
    others = [source(tiny_teacher, **settings), source(tiny, **settings)]
    changed = {"k": 8, "temperature": 1.0, "vocabulary": 100, "precision": "bfloat16"}
    others += [source(tiny_teacher, **{**settings, name: value}) for name, value in changed.items()]
    (copied / "tokenizer.json").write_text("{}")
    others.append(source(copied, **settings))
    assert len(set(others)) == 7


def test_runs_with_a_cache_learn_what_runs_without_learn(
    values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = {**values, "max_steps": 12, "evaluation_steps": 12, "teacher_top_k": VOCABULARY}
    without = train(short, tmp_path)
    first = train({**short, "teacher_cache": True}, tmp_path)
    monkeypatch.setattr(CachedTeacher, "_compute", None)  # nothing is left to compute
    second = train({**short, "teacher_cache": True}, tmp_path)
    assert figures(second) == figures(first)
    training = [[row for row in figures(run) if "loss" in row] for run in (first, without)]
    for mine, other in zip(*training, strict=True):
        assert mine == pytest.approx(other, rel=5e-3, abs=1e-4), mine["step"]


def test_a_run_that_was_cut_goes_on_with_its_cache(values: dict[str, Any], tmp_path: Path) -> None:
    values = {**values, "teacher_cache": True}
    whole = train(values, tmp_path / "whole")
    run = new_run(values, tmp_path / "cut")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(run), "stop_requested", lambda run: (run.checkpoints / "checkpoint-8").exists())
        carry_out(run)
    assert run.status().status == "cancelled"
    carry_out(run)
    assert_same_end(run, whole)
