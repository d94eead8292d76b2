"""Look after runs: `resume`, `cancel`, `runs`, `name`, `export`."""

import logging
from pathlib import Path
from typing import Any

from distill import runs
from distill.commands.arguments import Answer, add_command
from distill.errors import RunConflict
from distill.jobs import processes
from distill.runs import naming
from distill.training import launch
from models.settings import Settings
from models.store import students

_log = logging.getLogger(__name__)


def add(parsers: Any) -> None:
    """Add these commands."""
    resume_parser = add_command(parsers, "resume", resume, "Continue a run from its last checkpoint.", True)
    resume_parser.add_argument("run_id")
    cancel_parser = add_command(parsers, "cancel", cancel, "Stop a run, leaving a checkpoint if possible.")
    cancel_parser.add_argument("run_id")
    add_command(parsers, "runs", list_runs, "List all runs, newest first.")
    name_parser = add_command(parsers, "name", name, "Give a run a name and a note of your own.")
    name_parser.add_argument("run_id")
    name_parser.add_argument("text", nargs="?", help="its name; an empty one takes the name away")
    name_parser.add_argument("--note", help="a note; an empty one takes the note away")
    export_parser = add_command(
        parsers, "export", export, "Copy a run's student, with a model card, to a folder."
    )
    export_parser.add_argument("run_id")
    export_parser.add_argument("folder", type=Path)
    export_parser.add_argument("--dtype", choices=("float32", "bfloat16", "float16"), default="float32")
    export_parser.add_argument("--shard-size", default="9MB", help="largest weight file (default: 9MB)")
    export_parser.add_argument(
        "--shortest", type=int, help="shortest summary in tokens by default, saved with the model"
    )
    export_parser.add_argument(
        "--no-repeat-ngram", type=int, help="no n-gram of this many tokens repeats by default, likewise"
    )
    export_parser.add_argument(
        "--length-penalty", type=float, help="power of the length that divides a beam's score, likewise"
    )
    export_parser.add_argument(
        "--input-tokens", type=int, help="tokens it reads of a text (default: as many as in training)"
    )
    export_parser.add_argument(
        "--start-share",
        type=float,
        help="share of the model that the run started from, to write a mean of both instead of its student",
    )


def resume(*, run_id: str, settings: Settings) -> Answer:
    """Go on with a run."""
    run = runs.find(run_id, settings)

    def prepare() -> None:
        if run.status().status == "finished":
            raise RunConflict(f"The run {run_id} is finished; its student is run:{run_id}.")
        run.clear_stop()

    return launch.train_existing(run, settings, prepare), 0


def cancel(*, run_id: str, settings: Settings) -> Answer:
    """Ask a run to stop at its next step, with a checkpoint; end it if it does not, and wait for that."""
    run = runs.find(run_id, settings)
    run.ask_to_stop()
    _log.info("Asked the run %s to stop; waiting for it (press Ctrl-C to stop waiting)", run.run_id)
    processes.end(run.unheeding)
    return run.status().as_dict(), 0


def list_runs(*, settings: Settings) -> Answer:
    """All runs, newest first."""
    return {"runs": [run.status().as_dict() for run in runs.all_runs(settings)]}, 0


def name(*, run_id: str, text: str | None, note: str | None, settings: Settings) -> Answer:
    """Name a run; without a name and a note, say those it has."""
    run = runs.find(run_id, settings)
    if (text, note) != (None, None):
        naming.give(run, settings, text, note)
    return {"run_id": run.run_id, **students.named(run.folder)}, 0


def export(
    *, run_id: str, folder: Path, dtype: str, shard_size: str, settings: Settings, **own: Any
) -> Answer:
    """Write a run's student where the user wants it."""
    from distill.runs.export import export_student

    export_student(runs.find(run_id, settings), folder, settings, dtype, shard_size, **own)
    return {"folder": str(folder.resolve())}, 0
