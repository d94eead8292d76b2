"""What a run was made from, so that it can be repeated."""

import logging
import platform
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import torch

from distill import data
from distill.config import RunConfig, parse_layers
from distill.errors import BadData, DistillError
from distill.jobs.checksums import checksum_of, model_checksum
from distill.jobs.environment import commit
from distill.jobs.files import write_json
from distill.runs import Run
from distill.training.materials import Materials, load_examples
from models.settings import Settings

log = logging.getLogger(__name__)


def record_lineage(run: Run, config: RunConfig, materials: Materials) -> None:
    """Write a run's lineage; of a resumed run check that data and models are still what it began with.

    Raises:
        BadData: They are not: the run would mix two sets of data, or two models.
    """
    before, now = run.lineage(), _lineage(config, materials)
    hashes = ("data_sha256", "validation_sha256")
    if not all(isinstance(before.get(name), str) for name in hashes):
        if run.lineage_file.exists():
            log.warning("lineage.json cannot be read: whether the data is still the same is not known.")
        write_json(run.lineage_file, now)
    elif any(before[name] != now[name] for name in hashes):
        raise BadData(f"The data {config.data} has changed since this run began; start a new run.")
    elif other := _changed(before, now["models_sha256"]):
        raise BadData(f"The {other} is another model now than when this run began; start a new run.")


def has_changed(run: Run, config: RunConfig, settings: Settings) -> bool:
    """Whether a run with these settings would now have other data or models; what is gone has not changed."""
    before = run.lineage()
    try:
        if isinstance(noted := before.get("data_sha256"), str):
            train, validation, _ = load_examples(config, settings)
            digests = [data.Examples(part).digest for part in (train, validation)]
            if digests != [noted, before.get("validation_sha256")]:
                return True
        own = {role: checksum_of(name, settings) for role, name in _named(config).items()}
        return _changed(before, own) is not None
    except DistillError:
        return False


def _named(config: RunConfig) -> dict[str, str]:
    """The names of the models that exist before the run, by their role in it."""
    found = {
        f"teacher {number}" if number > 1 else "teacher": name
        for number, name in enumerate(config.teachers, 1)
    }
    return found if parse_layers(config.student) else {**found, "student": config.student}


def _changed(before: Mapping[str, Any], now: Mapping[str, str]) -> str | None:
    """The role of a model that differs from the one noted; an older run has noted none."""
    noted = before.get("models_sha256") or {}
    return next((role for role, value in now.items() if noted.get(role, value) != value), None)


def _lineage(config: RunConfig, materials: Materials) -> dict[str, Any]:
    """Models, hashes of them and of the examples used, the project's commit, library versions, seed, device,
    threads."""
    folders = [*materials.teacher_folders, materials.encoder.folder]  # of the student's, where it is not cut
    named = zip(_named(config), folders, strict=False)
    packages = ("torch", "transformers", "accelerate", "tokenizers")
    return {
        "teacher": config.teacher,
        "student": config.student,
        "models_sha256": {role: model_checksum(folder) for role, folder in named},
        "data": config.data,
        "data_sha256": data.Examples(materials.train).digest,
        "validation_sha256": data.Examples(materials.validation).digest,
        "train_examples": len(materials.train),
        "validation_examples": len(materials.validation),
        **{f"{why}_rows": count for why, count in materials.left_out.items()},
        "student_parameters": materials.student.num_parameters(),
        "seed": config.seed,
        "commit": commit(),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
        "threads": torch.get_num_threads(),
        "written": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }
