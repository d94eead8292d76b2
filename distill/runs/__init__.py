"""Training runs on disk: their folders, checkpoints and students. Imports nothing heavy."""

from distill.jobs.status import RunStatus
from distill.runs.run_folder import (
    RESUMABLE,
    JoinedRun,
    Run,
    active,
    all_runs,
    create,
    find,
    of_settings,
    start,
)

__all__ = [
    "RESUMABLE",
    "JoinedRun",
    "Run",
    "RunStatus",
    "active",
    "all_runs",
    "create",
    "find",
    "of_settings",
    "start",
]
