"""The figurative distiller: a teacher labels, rules refine, the student learns, then tunes on the references.

After Gholami & Omar (2023), Can a student Large Language Model perform as well as its teacher?,
arXiv:2310.02421, section 3.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from distill import labelling, runs
from distill.config import RunConfig, parse_layers
from distill.data import Example, Examples
from distill.errors import BadConfig, BadData, RunConflict
from distill.jobs import processes
from distill.jobs.checksums import checksum_of
from distill.jobs.files import read_json, write_json, write_json_lines
from distill.rules import choose_reward_rules, choose_rules
from distill.training.launch import train_here
from distill.training.materials import load_examples
from models.serving.pool import ModelPool
from models.settings import Settings
from models.store.catalogue import resolve, split_engine

log = logging.getLogger(__name__)


def distil(
    config: RunConfig, drafting: labelling.Drafting, rules: str, batch_tokens: int | None, settings: Settings
) -> dict[str, Any]:
    """Carry the three steps out; each is a file or a run, and is not done twice.

    Args:
        config: The settings of both runs, without a teacher.
        drafting: The teacher, and how it writes.
        rules: Which of the rules its summaries must pass; see `distill.rules.choose_rules`.
        batch_tokens: Input tokens in one batch at most.
        settings: The studio's.

    Returns:
        `folder`; `steps`: what `label`, `learn` and `tune` came to; `student`, the folder of the tuned one.

    Raises:
        BadConfig: The settings cannot work; before anything is loaded.
        BadData: The rules leave no summary.
        RunConflict: Another run, comparison, search or evaluation is in progress, or a run was cancelled.
    """
    _check(config, drafting.model)
    choose_rules(rules)  # before anything is loaded
    for name in (drafting.model, config.student):
        resolve(split_engine(name, settings)[0], settings)
    with processes.RunLock(settings.home):
        folder, train = _materials(config, {**asdict(drafting), "rules": rules}, settings)
        log.info("Figurative distillation in %s", folder)
        labels = labelling.label(
            train,
            drafting,
            lambda: ModelPool(settings).get(drafting.model),
            folder / "labels.jsonl",
            rules,
            batch_tokens,
        )
        if not labels["written"]:
            raise BadData(f"The rules left none of {len(train)} summaries: {folder / 'labels.report.json'}.")
        validation = str(folder / "validation.jsonl")
        own = {"validation": validation, "document_column": None, "summary_column": None}
        learning = replace(config, data=labels["out"], task="summarize", **own)
        learned = _run("learn", learning, folder, settings)
        student = f"run:{learned['run_id']}"
        tuning = replace(config, student=student, data=str(folder / "train.jsonl"), **own)
        tuned = _run("tune", tuning, folder, settings)
    steps = {"label": labels, "learn": learned, "tune": tuned}
    return {"folder": str(folder), "steps": steps, "student": tuned["student"]}


def _check(config: RunConfig, teacher: str) -> None:
    if config.processes > 1:
        raise BadConfig("This trains in one process: leave processes out.")
    if parse_layers(config.student):
        raise BadConfig(
            f"The student {config.student} does not exist yet: name a model. `train --max-steps 1 --teacher "
            f"{teacher} --student {config.student}` makes one of the teacher's layers."
        )
    if not config.has_references:
        raise BadConfig(f"task={config.task} has no labels to tune on; use summarize or extract.")
    choose_reward_rules(config.reward_rules)


def _materials(
    config: RunConfig, drafting: Mapping[str, Any], settings: Settings
) -> tuple[Path, Sequence[Example]]:
    """The folder for these settings and this data, and the training examples.

    The split is written down, so that no text the student is judged on is among the labelled ones.
    """
    train, validation, _ = load_examples(config, settings)
    digests = [Examples(list(part)).digest for part in (train, validation)]
    student = checksum_of(config.student, settings)
    identity = json.dumps([config.as_dict(), drafting, digests, student], sort_keys=True)
    folder = settings.home / "figurative" / hashlib.sha256(identity.encode()).hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in (("train", train), ("validation", validation)):
        write_json_lines(folder / f"{name}.jsonl", [asdict(example) for example in part])
    return folder, train


def _run(step: str, config: RunConfig, folder: Path, settings: Settings) -> dict[str, Any]:
    """The step's run: begun, gone on with, or as it ended."""
    noted = read_json(folder / "runs.json") or {}
    if step in noted:
        run = runs.find(noted[step], settings)
        run.clear_stop()
    else:
        run = runs.create(config, settings)
        write_json(folder / "runs.json", {**noted, step: run.run_id})
    if run.status().status == "finished":
        log.info("The run %s (%s) is finished already", run.run_id, step)
        return {"run_id": run.run_id, "folder": str(run.folder), "student": str(run.student)}
    answer = train_here(run, settings)
    if answer["student"] is None or run.status().status != "finished":
        raise RunConflict(f"The run {run.run_id} was cancelled. The same command continues it.")
    return answer
