"""What each command does. Each returns its JSON answer and its exit code."""

import json
import logging
import shutil
import tempfile
from pathlib import Path
from typing import Any

from distill import processes, runs
from distill.config import RunConfig
from distill.errors import BadConfig, RunConflict
from models.settings import Settings

Answer = tuple[Any, int]
SHAPE_DEFAULTS = {
    "width": 256,
    "inner": 1024,
    "encoder_layers": 4,
    "decoder_layers": 3,
    "heads": 4,
    "input_tokens": 512,
}
_log = logging.getLogger(__name__)


def check(
    *, teacher: str, student: str, data: str | None, settings: Settings, **columns: str | None
) -> Answer:
    """Exit code 2 where the pair cannot work."""
    from distill import pairing

    config = RunConfig.from_dict({"student": student, **columns})
    report = pairing.check(teacher, student, settings, data, config)
    for kind, findings in (("Problem", report.problems), ("Warning", report.warnings)):
        for finding in findings:
            _log.info("%s (%s): %s %s", kind, finding.code, finding.message, finding.remedy)
    return report.as_dict(), 0 if report.compatible else 2


def train(*, settings: Settings, **options: Any) -> Answer:
    """Distil."""
    values = _values(options)
    if not values.get("teacher"):
        raise BadConfig(
            "No teacher was named: give --teacher, or use `finetune` to train on the labels alone."
        )
    return _train(values, settings)


def finetune(*, settings: Settings, **options: Any) -> Answer:
    """Train on labels alone."""
    return _train({**_values(options), "teacher": None}, settings)


def pretrain(*, settings: Settings, **options: Any) -> Answer:
    """Train on texts alone."""
    return _train({"task": "copy", **_values(options), "teacher": None}, settings)


def resume(*, run_id: str, settings: Settings) -> Answer:
    """Go on with a run."""
    with processes.RunLock(settings.home) as lock:
        run = runs.find(run_id, settings)
        if run.status().status == "finished":
            raise RunConflict(f"The run {run_id} is finished; its student is run:{run_id}.")
        if not lock.inherited:  # else a request to stop is newer than the start
            run.clear_stop()
        return _carry_out(run, settings)


def list_runs(*, settings: Settings) -> Answer:
    """All runs, newest first."""
    return {"runs": [run.status().as_dict() for run in runs.all_runs(settings)]}, 0


def evaluate(
    *, models: list[str], data: str, teacher: str | None, settings: Settings, **options: Any
) -> Answer:
    """Score models."""
    from distill.evaluation import add_retention
    from distill.judging import judge_models

    results = judge_models(models, data, settings, **options)
    named = teacher or next((name for name in models if "teacher" in name), None)
    add_retention(results, next((result for result in results if result["model"] == named), None))
    return {"results": results}, 0


def bench(*, models: list[str], data: str, settings: Settings, **options: Any) -> Answer:
    """Measure models."""
    from distill import benchmark

    result = benchmark.bench(models, data, settings, **options)
    print(benchmark.table(result))
    return result, 0


def export(*, run_id: str, folder: Path, dtype: str, shard_size: str, settings: Settings) -> Answer:
    """Write a run's student where the user wants it."""
    from distill.export import export_student

    export_student(runs.find(run_id, settings), folder, dtype, shard_size)
    return {"folder": str(folder.resolve())}, 0


def fresh(
    *, folder: Path, data: str | None, tokenizer: str | None, vocabulary: int, max_examples: int, seed: int,
    settings: Settings, **shape: int,
) -> Answer:  # fmt: skip
    """Write a new model."""
    from distill import student
    from distill.data import load
    from distill.vocabulary import train_vocabulary
    from models.catalogue import resolve
    from models.loading import fetch

    if (data is None) == (tokenizer is None):
        raise BadConfig("Give either --data to train a vocabulary on, or --tokenizer to take a model's.")
    if folder.exists():
        raise BadConfig(f"{folder} exists already; name a new folder.")
    if tokenizer is not None:
        pieces = student.load_tokenizer(fetch(resolve(tokenizer, settings)))
    else:
        rows = load(data or "", limit=max_examples, cache=settings.datasets).rows
        pieces = train_vocabulary(
            (text[:1500] for row in rows for text in (row.document, row.summary)), vocabulary
        )
    model = student.fresh(student.Shape(**shape), pieces, seed)
    scratch = Path(tempfile.mkdtemp(dir=_made(folder.resolve().parent), prefix=f".{folder.name}."))
    model.save_pretrained(scratch)
    pieces.save_pretrained(scratch)
    scratch.chmod(0o755)
    shutil.move(scratch, folder)
    return {"folder": str(folder.resolve()), "parameters": model.num_parameters()}, 0


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _values(options: dict[str, Any]) -> dict[str, Any]:
    """Settings of a run: those of the file, then the named options, then the `--set` ones."""
    options = dict(options)
    file, pairs = options.pop("config", None), options.pop("values")
    named = {key: value for key, value in options.items() if value is not None}
    extra = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise BadConfig(f"--set {pair!r} has no value; write --set key=value.")
        extra[key.strip()] = value.strip()
    return {**_file_values(file), **named, **extra}


def _file_values(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadConfig(f"The settings file {file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BadConfig(f"The settings file {file} is not JSON: {error}.") from error
    if not isinstance(values, dict):
        raise BadConfig(f"The settings file {file} must hold one JSON object.")
    return values


def _train(values: dict[str, Any], settings: Settings) -> Answer:
    config = RunConfig.from_dict(values)
    with processes.RunLock(settings.home):
        return _carry_out(runs.create(config, settings), settings)


def _carry_out(run: runs.Run, settings: Settings) -> Answer:
    from transformers.utils.logging import disable_progress_bar

    from distill.training import carry_out

    disable_progress_bar()  # one bar a loaded model, in the log of a run too
    run.belongs_to(processes.identity())
    _log.info("Run %s", run.run_id)
    with run.log_file():
        return carry_out(run, settings), 0
