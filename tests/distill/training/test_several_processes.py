"""Two real processes, as `torchrun` starts them, train what one process trains with the same global batch."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from distill import runs
from distill.errors import RunConflict
from distill.runs import Run, checkpoints
from models.settings import Settings
from tests.distill.helpers import ROOT, carry_out, figures, new_run, train, wait_for, weights
from tests.tiny import make_tiny_t5

_PAIR = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "-m"]
TORCHRUN = [*_PAIR, "distill"]
IN_TURN = [*_PAIR, "tests.distill.training.commands_in_turn"]
ALONE = ["-m", "distill"]
WAYS: dict[str, dict[str, Any]] = {
    "logit": {},
    "hidden": {"method": "hidden", "attention_weight": 1.0, "attention_heads": "learned"},
    "curriculum": {"method": "curriculum"},
    "on-policy": {"on_policy": 1.0, "divergence": "js"},
    "rewards": {"on_policy": 1.0, "rollouts": 2},
    "cache": {"teacher_cache": True},
}


@pytest.fixture(scope="session")
def pair_values(tmp_path_factory: pytest.TempPathFactory, articles: Path, plain: Path) -> dict[str, Any]:
    """A pair of different shapes without dropout; 37 examples, so that each epoch's last step is uneven."""
    shape = {"d_model": 24, "heads": 3, "layers": 2, "decoder_layers": 3}
    teacher = make_tiny_t5(tmp_path_factory.mktemp("wide") / "t5", seed=5, dropout_rate=0.0, **shape)
    return {
        "teacher": str(teacher),
        "student": str(plain),
        "data": str(articles),
        "max_steps": 11,
        "batch_size": 2,
        "accumulation": 2,
        "learning_rate": 1e-3,
        "validation_examples": 3,
        "evaluation_steps": 5,
        "save_steps": 4,
        "beams": 1,
        "target_tokens": 12,
        "input_tokens": 32,
        "precision": "float32",
    }


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What processes of these tests are given."""
    return _environment(tmp_path)


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "STUDIO_HOME": str(home), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


def _begin(environment: dict[str, str], how: list[str], *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, *how, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _settings(values: dict[str, Any]) -> list[str]:
    return [part for name, value in values.items() for part in ("--set", f"{name}={value}")]


def _run(home: Path) -> Run:
    return wait_for(lambda: runs.all_runs(Settings(home=home)))[0]


def _assert_as_one(run: Run, one: Run) -> None:
    mine, wanted = figures(run), figures(one)
    assert [row["step"] for row in mine] == [row["step"] for row in wanted]
    for row, other in zip(mine, wanted, strict=True):
        assert row == pytest.approx(other, abs=1e-5, rel=1e-5), row["step"]
    torch.testing.assert_close(weights(run), weights(one), rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def pairs(pair_values: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The homes in which two processes have trained, by way: one pair for all of them, one after another."""
    homes = {way: tmp_path_factory.mktemp(way) for way in WAYS}
    commands = [
        (str(home), _free_port(), ["train", *_settings({**pair_values, **WAYS[way]})])
        for way, home in homes.items()
    ]
    process = _begin(_environment(tmp_path_factory.mktemp("home")), IN_TURN, json.dumps(commands))
    answers, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors[-3000:]
    assert [json.loads(line)["steps"] for line in answers.splitlines()] == [11] * len(WAYS)
    return homes


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("way", WAYS)
def test_two_processes_train_what_one_does(
    way: str, pair_values: dict[str, Any], pairs: dict[str, Path], tmp_path: Path
) -> None:
    one = train({**pair_values, **WAYS[way], "batch_size": 4}, tmp_path)
    run = _run(pairs[way])
    assert run.status().status == "finished"
    assert run.config().processes == 2
    rows = (run.folder / "metrics.jsonl").read_text().splitlines()
    assert len(rows) == 11 + 3, "one row a step, from one process"
    _assert_as_one(run, one)
    assert _scores(run) == _scores(one)
    if (one.folder / "objective.safetensors").stat().st_size > 200:
        _assert_same_projections(run, one)


def _assert_same_projections(run: Run, one: Run) -> None:
    from safetensors.torch import load_file

    mine, wanted = (load_file(each.folder / "objective.safetensors") for each in (run, one))
    torch.testing.assert_close(mine, wanted, rtol=1e-5, atol=1e-5)


def _scores(run: Run) -> list[Any]:
    return [(row["label"], row["rougeL"]) for row in (run.result() or {})["rows"]]


def test_killed_cancelled_and_resumed_it_ends_the_same(
    pair_values: dict[str, Any], environment: dict[str, str], tmp_path: Path
) -> None:
    """Also when it is resumed without `torchrun`: the run knows how many processes it wants."""
    values = {**pair_values, **WAYS["hidden"]}
    process = _begin(environment, TORCHRUN, "train", *_settings(values))
    one = train({**values, "batch_size": 4}, tmp_path / "one")
    run = _run(tmp_path)
    wait_for(lambda: any(row["step"] >= 5 for row in run.metrics()))
    os.kill((run.process() or {})["pid"], signal.SIGKILL)  # the first process; torchrun ends the other
    process.communicate()
    assert run.status().status == "interrupted"
    assert {path.name for path in run.checkpoints.glob("checkpoint-4/rng*")} == {
        "rng_state_0.pth",
        "rng_state_1.pth",
    }
    process = _begin(environment, ALONE, "resume", run.run_id)
    answer, errors = process.communicate()
    assert process.returncode == 0, errors[-3000:]
    assert json.loads(answer)["steps"] == 11
    _assert_as_one(run, one)


def test_a_request_to_stop_reaches_all(
    pair_values: dict[str, Any], environment: dict[str, str], tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP_NUM_THREADS", "HF_HUB_OFFLINE"):
            patch.setenv(name, environment[name])
        run = runs.start({**pair_values, "processes": 2, "max_steps": 5000}, settings)
    wait_for(lambda: any(row["step"] >= 2 for row in run.metrics()))
    run.request_stop()
    wait_for(lambda: run.status().status != "running")
    assert run.status().status == "cancelled", run.log_tail()
    last = checkpoints.newest_readable(run.checkpoints, processes=2)
    assert last is not None
    assert checkpoints.step(last) == run.metrics()[-1]["step"]


def test_what_does_not_train_is_not_done_twice(environment: dict[str, str]) -> None:
    told = {**environment, "RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "2"}
    process = _begin(told, ALONE, "runs")
    answer, errors = process.communicate()
    assert (process.returncode, answer) == (2, "")
    assert "without torchrun" in errors


def test_more_processes_than_there_is_room_for_are_refused(
    pair_values: dict[str, Any], environment: dict[str, str], tmp_path: Path
) -> None:
    run = new_run({**pair_values, "processes": 64}, tmp_path)
    process = _begin(environment, ALONE, "resume", run.run_id)
    answer, errors = process.communicate()
    assert (process.returncode, answer) == (2, "")
    assert "processes is 64; this machine has" in errors.splitlines()[-1]
    assert run.status().status == "failed"
    assert "processes is 64" in run.status().message


def test_a_run_of_two_processes_does_not_go_on_in_one(pair_values: dict[str, Any], tmp_path: Path) -> None:
    run = new_run({**pair_values, "processes": 2}, tmp_path)
    with pytest.raises(RunConflict, match="trains in 2 processes, not in 1"):
        carry_out(run)
