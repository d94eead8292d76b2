"""What a run was made from, so that it can be repeated."""

import logging
import platform
import time
from importlib.metadata import version
from typing import Any

import torch

from distill import data
from distill.config import RunConfig
from distill.errors import BadData
from distill.jobs.environment import commit
from distill.jobs.files import write_json
from distill.runs import Run
from distill.training.materials import Materials

log = logging.getLogger(__name__)


def record_lineage(run: Run, config: RunConfig, materials: Materials) -> None:
    """Write a run's lineage; of a resumed run check that the data is still what it began with.

    Raises:
        BadData: It is not: the run would mix two sets of data.
    """
    before, now = run.lineage(), _lineage(config, materials)
    hashes = ("data_sha256", "validation_sha256")
    if not all(isinstance(before.get(name), str) for name in hashes):
        if run.lineage_file.exists():
            log.warning("lineage.json cannot be read: whether the data is still the same is not known.")
        write_json(run.lineage_file, now)
    elif any(before[name] != now[name] for name in hashes):
        raise BadData(f"The data {config.data} has changed since this run began; start a new run.")


def _lineage(config: RunConfig, materials: Materials) -> dict[str, Any]:
    """Models, hashes of the examples used, the project's commit, library versions, seed, device, threads."""
    packages = ("torch", "transformers", "accelerate", "tokenizers")
    return {
        "teacher": config.teacher,
        "student": config.student,
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
