"""A candidate as a model that any run can start from: `search:ID/N`.

Of its trial only figures are kept, so it is made again.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distill.errors import RunConflict
from distill.families.t5 import shapes
from distill.jobs.memory import free_memory
from distill.search import results
from distill.search.folder import Search
from distill.search.plan import Plan
from models.settings import Settings
from models.store import students


def make(search: Search, number: int, settings: Settings) -> str:
    """Write the untrained student of a candidate, as it was born for its trial; once.

    Args:
        search: The search.
        number: The candidate's.
        settings: The studio's.

    Returns:
        Its name.

    Raises:
        RunConflict: The search has no candidate of that number, or its shape is not known.
        DistillError: The teacher cannot be used.
    """
    found = {row["number"]: row for row in results.collect(search)}.get(number)
    if found is None or "shape" not in found:
        raise RunConflict(f"The search {search.search_id} has no candidate {number} that has ended.")
    folder = students.born(settings.searches, search.search_id, number)
    if not folder.is_dir():
        _write(search.plan(), found["shape"], folder, settings)
        free_memory()
    return f"search:{search.search_id}/{number}"


def _write(plan: Plan, shape: Mapping[str, Any], folder: Path, settings: Settings) -> None:
    from distill.families.model_folder import load_model, save_model
    from distill.search.teachers import teacher_of

    info = teacher_of(plan.teacher, settings)
    model = shapes.born(shape, load_model(info.folder), shapes.shape_of(info), plan.seed)
    try:
        save_model(model, info.folder, folder)
    except OSError:
        if not folder.is_dir():  # else somebody else was faster
            raise
