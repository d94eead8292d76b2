"""Throw runs away, and get them back: `trash`, with commands of its own."""

import shutil
from typing import Any

from distill import runs
from distill.commands.arguments import Answer, add_command
from distill.errors import RunConflict
from distill.jobs import trash, uploads
from distill.runs import deleting
from models.settings import Settings

_TEXT = "Throw runs away, get them back, or delete them for good."


def add(parsers: Any) -> None:
    """Add this command."""
    parser = parsers.add_parser("trash", help=_TEXT, description=_TEXT)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_command(commands, "list", list_trash, "What is in the trash.")
    put_parser = add_command(commands, "put", put, "Move a run to the trash.")
    put_parser.add_argument("run_id", metavar="ID")
    put_parser.add_argument("--force", action="store_true", help="also one that something else builds on")
    restore_parser = add_command(commands, "restore", restore, "Bring something back from the trash.")
    restore_parser.add_argument("name", metavar="ID")
    add_command(commands, "empty", empty, "Delete all that is in the trash, for good.")
    add_command(commands, "uploads", clear_uploads, "Delete the uploads that no work names, for good.")


def list_trash(*, settings: Settings) -> Answer:
    """What is in the trash."""
    return {"trash": [each.as_dict() for each in trash.contents(settings)]}, 0


def put(*, run_id: str, force: bool, settings: Settings) -> Answer:
    """Throw a run away."""
    run = runs.find(run_id, settings)
    needed = deleting.dependents(run, settings)
    if needed and not force:
        raise RunConflict(
            f"The run {run.run_id} is needed by {', '.join(needed)}: --force throws it away all the same."
        )
    deleting.delete(run, settings)
    return {"run_id": run.run_id, "needed_by": needed}, 0


def restore(*, name: str, settings: Settings) -> Answer:
    """Bring one thing back."""
    return {"folder": str(trash.restore(name, settings))}, 0


def empty(*, settings: Settings) -> Answer:
    """Delete all of it."""
    return {"deleted": [each.as_dict() for each in trash.empty(settings)]}, 0


def clear_uploads(*, settings: Settings) -> Answer:
    """Delete what was uploaded for work that is gone."""
    found = uploads.unused(settings)
    for folder in found:
        shutil.rmtree(folder)
    return {"deleted": [str(folder) for folder in found]}, 0
