"""What a run keeps beside its checkpoints, used only while it is unchanged."""

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transformers import PreTrainedModel

from distill.families.model_folder import save_model
from distill.jobs.checksums import changed, checksums
from distill.jobs.files import read_object, write_json
from distill.runs.run_folder import Run
from distill.tasks import Metric

_SUMS = "checksums.json"
log = logging.getLogger(__name__)


def save_once(run: Run, model: PreTrainedModel, source: Path, folder: Path) -> None:
    """Save a model of a run, unless that was done before the run was resumed and nothing has changed since.

    Args:
        run: The run.
        model: The model.
        source: The model folder whose tokenizer goes with it.
        folder: Where to, in the run's folder; one that has changed is put aside, and said so.
    """
    noted = read_object(run.folder / _SUMS) or {}
    if folder.exists():
        damage = changed(folder, _sums(noted, folder))
        if damage is None:
            return
        log.warning("The %s folder is damaged (%s): it is written anew.", folder.name, damage)
        folder.rename(folder.with_name(f"damaged-{time.time_ns()}-{folder.name}"))
    save_model(model, source, folder)
    write_json(run.folder / _SUMS, {**noted, folder.name: checksums(folder)})


def changed_weights(run: Run, folder: Path) -> str | None:
    """What has become of the weights of a kept model since they were written; None where they are the same.

    The files beside them may be changed by hand.
    """
    sums = _sums(read_object(run.folder / _SUMS) or {}, folder)
    return changed(folder, {name: sums[name] for name in sums if name.endswith(".safetensors")})


def _sums(noted: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    sums = noted.get(folder.name)
    return sums if isinstance(sums, dict) else {}


def teacher_score(run: Run, metric: Metric) -> float | None:
    """The teacher's score as it was noted in `teacher.json`, from 0 to 1; None where it has to be found."""
    file = run.folder / "teacher.json"
    score = (read_object(file) or {}).get(metric.name)
    value = score.get("f") if isinstance(score, dict) else None
    if isinstance(value, int | float) and 0 <= value <= 1:
        return value
    if file.exists():
        log.warning("teacher.json cannot be read: the teacher is judged again.")
    return None
