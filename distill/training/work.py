"""Carry a run out: load, check, train, save the student, judge it."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, cast

import torch
from transformers import PreTrainedModel, set_seed

from distill.config import RunConfig, parse_layers
from distill.data import Example
from distill.errors import Cancelled, DistillError, RunConflict
from distill.jobs import parallel
from distill.jobs.explaining import explain
from distill.jobs.files import write_json
from distill.judging import judge
from distill.judging.verdict import WORSE
from distill.runs import Run, checkpoints
from distill.runs.kept import save_once
from distill.runs.metrics import TIMED, held_out
from distill.stats import points
from distill.tasks import task_of
from distill.training.assembling import check_pair, make_trainer
from distill.training.lineage import record_lineage
from distill.training.materials import Materials, load_materials
from distill.training.recorder import Recorder
from distill.training.validation import Validation
from models.serving.measure import free_memory
from models.settings import Settings
from models.store.students import FINISHED

log = logging.getLogger(__name__)
_MOST_THREADS = 1024
Judging = Callable[[Run, RunConfig, Sequence[Example], Settings], dict[str, Any]]


def carry_out(run: Run, settings: Settings, judging: Judging | None = None) -> dict[str, Any]:
    """Train from the last whole checkpoint, or from the start, to the end.

    Args:
        run: The run.
        settings: The studio's.
        judging: Makes the end table in place of `distill.judging.judge`.

    Returns:
        `run_id`, `folder`, `student`, `steps`, `metrics`, `verdict` (see `distill.judging.verdict`; None
        where nothing was judged); `student` is None where it was cancelled before it was trained.

    Raises:
        DistillError: What the user can mend; the run is then marked failed with that message.
    """
    try:
        return _train_and_judge(run, settings, judging or judge)
    except DistillError as error:
        _mark_failed(run, str(error))
        raise
    except Exception as error:
        run.log_traceback()
        message = explain(error)
        _mark_failed(run, message)
        raise DistillError(message) from error


def outcome(run: Run) -> dict[str, Any]:
    """What `carry_out` said of a run that is finished."""
    return _summary(run, str(run.student), run.status().step)


def _train_and_judge(run: Run, settings: Settings, judging: Judging) -> dict[str, Any]:
    # A copying attention's far weights become numbers so small that a CPU takes many times as long over them.
    # Here, as a thread that starts later inherits it.
    torch.set_flush_denormal(True)
    config = run.config()
    run.update(status="running", message="Loading the models and the data", student=None)
    set_seed(config.seed)
    with parallel.first_goes_ahead():
        materials = _prepared(run, config, settings)
    set_seed(config.seed)
    model, step = _train(run, config, materials, settings)
    if not parallel.first():
        return _summary(run, None, step)
    if run.stop_requested():
        message = f"Cancelled at step {step}. Resume continues from there."
        run.update(status="cancelled", message=message, eta_seconds=None)
        return _summary(run, None, step)
    save_once(run, model, materials.encoder.folder, run.student)
    validation = materials.validation
    del model, materials
    free_memory()  # the judged models need the room
    result: dict[str, Any] = {"rows": []}
    if config.has_references:
        run.update(message="Judging the student beside its teacher", eta_seconds=None)
        try:
            result = judging(run, config, validation, settings)
        except Cancelled:
            message = "Cancelled while the student was judged. Resume judges it again."
            run.update(status="cancelled", message=message)
            return _summary(run, str(run.student), step)
    write_json(run.folder / "result.json", result)
    message = _last_word(result.get("verdict"), config.task)
    run.update(status=FINISHED, message=message, student=f"run:{run.run_id}", eta_seconds=None)
    return _summary(run, str(run.student), step)


def _prepared(run: Run, config: RunConfig, settings: Settings) -> Materials:
    """What the run works with, checked."""
    if config.processes != parallel.number():
        raise RunConflict(
            f"The run {run.run_id} trains in {config.processes} processes, not in {parallel.number()}:"
            f" `python -m distill resume {run.run_id}` starts as many."
        )
    told = _Told(run)
    if parallel.first():
        check_pair(config, settings, told)
    materials = load_materials(config, settings, told)
    if parallel.first():
        record_lineage(run, config, materials)
        if parse_layers(config.student):
            save_once(run, materials.student, materials.encoder.folder, run.initial)
    return materials


def _train(
    run: Run, config: RunConfig, materials: Materials, settings: Settings
) -> tuple[PreTrainedModel, int]:
    """Train until the end or until someone stops it; the model and the step it has come to."""
    checkpoint = None
    if parallel.first():
        checkpoint = checkpoints.newest_readable(run.checkpoints, config.processes)
    checkpoint = parallel.said(checkpoint)
    log.info("Training from %s", checkpoint.name if checkpoint else "the start")
    step = checkpoints.step(checkpoint) if checkpoint else 0
    if parallel.said(run.stop_requested()):
        return materials.student, step
    validation = None
    if config.has_references:
        validation = Validation(run, config, materials.validation, materials.encoder.folder, settings)
    try:
        trainer = make_trainer(run, config, materials, validation)  # finds what is wrong with the settings
    except Cancelled:
        return materials.student, step
    with suppress(Cancelled):
        if validation and parallel.first():
            validation.teacher()
    if parallel.said(run.stop_requested()):
        return materials.student, step
    trainer.add_callback(Recorder(run, trainer.objective))
    if checkpoint:
        trainer.objective.load(checkpoint)
    threads = run.lineage().get("threads")  # with another number sums are taken in another order
    if isinstance(threads, int) and 0 < threads <= _MOST_THREADS:  # more would end the process
        torch.set_num_threads(threads)
    if parallel.rank():  # each process drops other units; a checkpoint keeps each one's random state
        torch.manual_seed(config.seed + parallel.rank())
    ended = checkpoint is not None and checkpoints.is_last(checkpoint)
    owed = _owes_validation(run, step, cast(int, trainer.args.eval_steps))
    if checkpoint and (ended or owed):
        trainer.return_to(checkpoint)
    if owed:
        trainer.evaluate()
    if not ended and not parallel.said(run.stop_requested()):  # the library would train one step more
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    if parallel.first() and not run.stop_requested():
        trainer.objective.save(run.folder)  # beside the student, never inside it
    model = trainer.accelerator.unwrap_model(trainer.model)
    trainer.accelerator.free_memory()  # it holds the model and the optimizer for as long as there are any
    return model, trainer.state.global_step


def _owes_validation(run: Run, step: int, every: int) -> bool:
    """Whether the run was stopped in the middle of the validation at this step."""
    validated = {row["step"] for row in run.metrics() if held_out("loss") in row}
    return step > 0 and step % every == 0 and step not in validated


class _Told:
    """Reports a download's progress in the run's status, at most once a second."""

    def __init__(self, run: Run) -> None:
        self._run, self._at = run, 0.0

    def __call__(self, share: float, what: str) -> None:
        if time.monotonic() - self._at > 1:
            self._at = time.monotonic()
            self._run.update(message=what)


def _mark_failed(run: Run, message: str) -> None:
    with suppress(OSError):  # on a full disk the status stays, and reads as interrupted
        run.update(status="failed", message=message, eta_seconds=None)


def _last_word(verdict: dict[str, Any] | None, task: str) -> str:
    """How a run ended; a student that training made worse is not a success."""
    if verdict is None or verdict["word"] != WORSE:
        return "Finished"
    lost = points(-verdict["difference"]["f"])
    message = f"Finished, but worse than before training: {lost} points of {task_of(task).main.label} lost"
    message += f" on {verdict['n']} validation examples. Try a lower learning rate."
    log.warning("%s", message)
    return message


def _summary(run: Run, student_folder: str | None, steps: int) -> dict[str, Any]:
    rows = run.metrics()
    last = {key: value for row in rows[-2:] for key, value in row.items() if key not in TIMED}
    return {
        "run_id": run.run_id,
        "folder": str(run.folder),
        "student": student_folder,
        "steps": steps,
        "metrics": last,
        "verdict": (run.result() or {}).get("verdict"),
    }
