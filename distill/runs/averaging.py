"""Average a run's student with the model it started from."""

from typing import Any

import torch

from distill.errors import BadConfig, RunConflict
from distill.families.model_folder import load_model
from distill.jobs.checksums import model_checksum
from distill.runs.run_folder import Run
from models.settings import Settings
from models.store.catalogue import resolve
from models.store.loading import fetch


@torch.no_grad()
def average_with_start(student: Any, run: Run, share: float, settings: Settings) -> None:
    """Move a student's weights part of the way back to where its run started, in place.

    Between the two often lies a model better than both: it has what was learned, and less of what was lost.
    WiSE-FT (Wortsman et al., 2021, arXiv:2109.01903).

    Args:
        student: The run's student, loaded.
        run: Its run.
        share: Of the start in each weight: above 0 and below 1.
        settings: Where models and runs are.

    Raises:
        BadConfig: The share is none.
        ModelUnavailable: The model that the run started from is gone.
        RunConflict: It has changed since.
    """
    if not 0 < share < 1:
        raise BadConfig(f"start_share is {share:g}; use a number above 0 and below 1.")
    folder = fetch(resolve(run.origin(), settings))
    noted = (run.lineage().get("models_sha256") or {}).get("student")
    if noted and noted != model_checksum(folder):
        raise RunConflict(
            f"The run {run.run_id} started from {run.origin()}, which has changed since, so they cannot be"
            " averaged; export without start_share."
        )
    start: Any = load_model(folder)
    for weight, before in zip(student.parameters(), start.parameters(), strict=True):
        weight.lerp_(before.to(weight.dtype), share)
