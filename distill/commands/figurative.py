"""The figurative distiller in one command: a teacher labels, rules refine, the student learns, then tunes.

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

from distill import runs
from distill.commands.arguments import Answer, add_command
from distill.commands.labelling import add_drafting_options
from distill.commands.training import add_training_options, carry_out, run_values
from distill.config import RunConfig, parse_layers
from distill.errors import BadConfig, BadData, RunConflict
from distill.jobs import processes
from distill.jobs.files import read_json, write_json, write_json_lines
from models.settings import Settings

_log = logging.getLogger(__name__)


def add(parsers: Any) -> None:
    """Add this command."""
    parser = add_command(
        parsers,
        "figurative",
        figurative,
        "Train a student on a teacher's refined summaries, then on the labels. Run it again to continue.",
    )
    parser.add_argument("--teacher", required=True, help="model name, run:ID, folder or hub id")
    add_training_options(parser)
    add_drafting_options(parser)


def figurative(
    *,
    teacher: str,
    beams: int,
    hypotheses: int,
    sample: bool,
    temperature: float,
    top_p: float,
    rules: str,
    batch_tokens: int | None,
    settings: Settings,
    **options: Any,
) -> Answer:
    """Carry the three steps out; each is a file or a run, and is not done twice."""
    from distill import labelling
    from distill.rules import choose_rules, table
    from models.serving.pool import ModelPool
    from models.store.catalogue import resolve, split_engine

    config = _config(options, teacher)
    choose_rules(rules)  # before anything is loaded
    for name in (teacher, config.student):
        resolve(split_engine(name, settings)[0], settings)
    drafting = labelling.Drafting(teacher, beams, hypotheses, sample, temperature, top_p, config.seed)
    with processes.RunLock(settings.home):
        folder, train = _materials(config, {**asdict(drafting), "rules": rules}, settings)
        _log.info("Figurative distillation in %s", folder)
        labels = labelling.label(
            train, drafting, lambda: ModelPool(settings).get(teacher), folder / "labels.jsonl", rules,
            batch_tokens,
        )  # fmt: skip
        if not labels["written"]:
            raise BadData(f"The rules left none of {len(train)} summaries: {folder / 'labels.report.json'}.")
        validation = str(folder / "validation.jsonl")
        own = {"validation": validation, "document_column": None, "summary_column": None}
        learning = replace(config, data=labels["out"], task="summarize", **own)
        learned = _run("learn", learning, folder, settings)
        tuning = replace(
            config,
            student=f"run:{learned['run_id']}",
            data=str(folder / "train.jsonl"),
            **own,
        )
        tuned = _run("tune", tuning, folder, settings)
    print(table(labels["report"]))
    steps = {"label": labels, "learn": learned, "tune": tuned}
    return {"folder": str(folder), "steps": steps, "student": tuned["student"]}, 0


def _config(options: dict[str, Any], teacher: str) -> RunConfig:
    """The settings of both runs."""
    config = RunConfig.from_dict({**run_values(options), "teacher": None})
    if parse_layers(config.student):
        raise BadConfig(
            f"The student {config.student} does not exist yet: name a model. `train --max-steps 1 --teacher "
            f"{teacher} --student {config.student}` makes one of the teacher's layers."
        )
    if not config.has_references:
        raise BadConfig(f"task={config.task} has no labels to tune on; use summarize or extract.")
    return config


def _materials(
    config: RunConfig, drafting: Mapping[str, Any], settings: Settings
) -> tuple[Path, Sequence[Any]]:
    """The folder for these settings and this data, and the training examples.

    The split is written down, so that no text the student is judged on is among the labelled ones.
    """
    from distill.data import Examples
    from distill.training.materials import load_examples

    train, validation, _ = load_examples(config, settings)
    digests = [Examples(list(part)).digest for part in (train, validation)]
    identity = json.dumps([config.as_dict(), drafting, digests], sort_keys=True)
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
        _log.info("The run %s (%s) is finished already", run.run_id, step)
        return {"run_id": run.run_id, "folder": str(run.folder), "student": str(run.student)}
    answer, _ = carry_out(run, settings)
    if answer["student"] is None or run.status().status != "finished":
        raise RunConflict(f"The run {run.run_id} was cancelled. The same command continues it.")
    return answer
