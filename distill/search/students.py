"""A candidate as a model that any run can start from: `search:ID/N`.

Of its trial only figures are kept, so it is made again.
"""

import json
import subprocess
import sys
from pathlib import Path

from distill.errors import DistillError, RunConflict
from distill.search import results
from distill.search.folder import Search
from distill.search.teachers import teacher_of
from models.serving.measure import free_memory
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
        plan = search.plan()
        teacher = teacher_of(plan.teacher, settings).folder
        _write(str(teacher), json.dumps(found["shape"]), str(plan.seed), str(folder))
    return f"search:{search.search_id}/{number}"


def _write(*asked: str) -> None:
    """What `birth.main` is asked for: here where tensors are loaded already, else where they do not stay."""
    if "torch" not in sys.modules:
        return _apart(*asked)
    from distill.search import birth

    birth.main(*asked)
    return free_memory()


def _apart(*asked: str) -> None:
    """It, in a process of its own.

    Raises:
        DistillError: That could not write the student; the message has the reason.
    """
    command = [sys.executable, "-m", "distill.search.birth", *asked]
    root = Path(__file__).parents[2]
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if answer.returncode:
        reason = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise DistillError(f"The student cannot be made: {reason}")
