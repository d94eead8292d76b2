"""Let people vote on summaries: `votes`, with commands of its own."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from distill import votes
from distill.commands.arguments import Answer, add_command, count
from distill.votes.polls import TEXTS
from models.settings import Settings

_ABOUT = "Blind votes on an evaluation's summaries: make one, close it, show and read its results."


def add(parsers: Any) -> None:
    """Add this command."""
    parser = parsers.add_parser("votes", help=_ABOUT, description=_ABOUT)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    create_parser = add_command(commands, "create", create, "Make a vote of a finished evaluation.")
    create_parser.add_argument("evaluation", metavar="EVALUATION", help="its id")
    create_parser.add_argument(
        "--models", nargs="+", metavar="M", help="two or three of its models (default: all that wrote)"
    )
    create_parser.add_argument("--texts", type=count, default=TEXTS, help=f"at most (default: {TEXTS})")
    create_parser.add_argument(
        "--scales", action="store_true", help="also ask for fluency, faithfulness and coverage, 1 to 5"
    )
    add_command(commands, "list", list_votes, "All votes, newest first.")
    for name, function, text in (
        ("results", results, "What a vote has found so far."),
        ("csv", csv, "Write all answers of a vote as a table."),
        ("close", close, "Take no more answers."),
        ("show", show, "Let voters see the results."),
    ):
        own = add_command(commands, name, function, text)
        own.add_argument("poll_id", metavar="ID")
        if name == "csv":
            own.add_argument("--out", type=Path, required=True, metavar="FILE.csv")


def create(
    *, evaluation: str, models: list[str] | None, texts: int, scales: bool, settings: Settings
) -> Answer:
    """Make a vote."""
    return _told(votes.create(evaluation, settings, models or (), texts, scales)), 0


def list_votes(*, settings: Settings) -> Answer:
    """All votes, newest first."""
    return {"votes": [_told(poll) for poll in votes.all_polls(settings)]}, 0


def results(*, poll_id: str, settings: Settings) -> Answer:
    """What it has found."""
    from distill.votes.says import table

    found = votes.results(votes.find(poll_id, settings), settings)
    print("\n".join(part for part in (table(found), *found["says"]) if part))
    return found, 0


def csv(*, poll_id: str, out: Path, settings: Settings) -> Answer:
    """Write the answers down."""
    from distill.jobs.files import make_folder

    make_folder(out.absolute().parent)
    written = votes.write_csv(votes.find(poll_id, settings), settings, out)
    return {"file": str(out.resolve()), "votes": written}, 0


def close(*, poll_id: str, settings: Settings) -> Answer:
    """Take no more answers."""
    return _told(votes.close(poll_id, settings)), 0


def show(*, poll_id: str, settings: Settings) -> Answer:
    """Let voters see the results."""
    return _told(votes.show(poll_id, settings)), 0


def _told(poll: votes.Poll) -> dict[str, Any]:
    return {**asdict(poll), "link": f"/?vote={poll.poll_id}"}
