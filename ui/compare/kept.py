"""Comparisons of the Compare tab that somebody kept: all that was shown, so that no model has to run again.

kept/ID/comparison.json
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from distill.errors import RunConflict, RunNotFound
from distill.jobs import trash
from distill.jobs.files import read_object, write_json
from distill.rules import RuleOutcome
from distill.rules.verdict import Verdict
from models.decoding import Decoding, Summary, Usual
from models.errors import BadRequest
from models.serving.measure import DeviceMemory
from models.settings import Settings
from models.store.catalogue import ROLES
from ui.shared.result import Result
from ui.shared.words import Overlap

_ID = re.compile(r"[0-9a-f]{16}")
_FILE = "comparison.json"


@dataclass(frozen=True)
class Kept:
    """A kept comparison.

    Args:
        id: Its id, which nobody can guess: where visitors see no list, only who has the link may read it.
        time: When it was kept (ISO 8601, UTC, whole seconds).
        results: What each column held, by role.
        facts: What the page said of each column's model.
    """

    id: str
    time: str
    results: Mapping[str, Result]
    facts: Mapping[str, str]

    @property
    def text(self) -> str:
        """The text that was summarised."""
        return next(iter(self.results.values())).text


def keep(results: Mapping[str, Result], facts: Mapping[str, str], settings: Settings) -> Kept:
    """Keep what the columns hold.

    Raises:
        BadRequest: They hold nothing, or summaries of several texts.
        BadRequest: A visitor may not change what there is.
    """
    settings.check_changes()
    if not results:
        raise BadRequest("There is no summary yet: summarise a text first, then keep the comparison.")
    if len({result.source for result in results.values()}) > 1:
        raise BadRequest(
            "The summaries are of different texts: summarise the present one with all three first."
        )
    time = datetime.now(UTC).isoformat(timespec="seconds")
    ordered = {role: results[role] for role in ROLES if role in results}
    kept = Kept(secrets.token_hex(8), time, ordered, {role: facts.get(role, "") for role in ordered})
    folder = _home(settings) / kept.id
    folder.mkdir(parents=True)
    write_json(
        folder / _FILE, {**asdict(kept), "results": {role: asdict(each) for role, each in ordered.items()}}
    )
    return kept


def find(kept_id: str, settings: Settings) -> Kept:
    """The kept comparison of this id.

    Raises:
        RunNotFound: There is none, or none any more.
        RunConflict: It cannot be read.
    """
    saved = read_object(_folder(kept_id, settings) / _FILE)
    try:
        if saved is None:
            raise ValueError("it is damaged")
        results = {role: _result(each) for role, each in saved["results"].items() if role in ROLES}
        found = Kept(kept_id, saved["time"], results, saved["facts"])
        if not found.results or not isinstance(found.facts, dict):
            raise ValueError("it is damaged")
        datetime.fromisoformat(found.time)
    except (AttributeError, KeyError, TypeError, ValueError, BadRequest) as error:
        raise RunConflict(
            f"The kept comparison {kept_id} cannot be read by this version of the studio."
        ) from error
    return found


def all_kept(settings: Settings) -> list[Kept]:
    """Every one that can be read, the newest first."""
    found = []
    for file in _home(settings).glob(f"*/{_FILE}"):
        try:
            found.append(find(file.parent.name, settings))
        except (RunConflict, RunNotFound):  # one that is damaged must not take the list with it
            continue
    return sorted(found, key=lambda kept: kept.time, reverse=True)


def delete(kept_id: str, settings: Settings) -> None:
    """Move one to the trash.

    Raises:
        RunNotFound: There is none.
        BadRequest: A visitor may not change what there is.
    """
    trash.put(_folder(kept_id, settings), settings)


def _folder(kept_id: Any, settings: Settings) -> Path:
    possible = isinstance(kept_id, str) and _ID.fullmatch(kept_id)  # a link may hold anything
    if not possible or not (_home(settings) / kept_id / _FILE).is_file():
        raise RunNotFound(
            "There is no kept comparison at this address: it was deleted, or the link is not whole."
        )
    return _home(settings) / kept_id


def _home(settings: Settings) -> Path:
    return settings.home / "kept"


def _result(saved: Mapping[str, Any]) -> Result:
    rules, gpu, decoding = saved["rules"], saved["gpu"], saved["decoding"]
    pieces = tuple((kind, piece) for kind, piece in saved["overlap"]["pieces"])
    verdicts = {name: Verdict(**verdict) for name, verdict in rules["verdicts"].items()} if rules else {}
    return Result(
        **{
            **saved,
            "summary": Summary(**saved["summary"]),
            "overlap": Overlap(**{**saved["overlap"], "pieces": pieces}),
            "decoding": Decoding(**{**decoding, "usual": Usual(**decoding["usual"])}),
            "rules": RuleOutcome(rules["refined"], verdicts) if rules else None,
            "gpu": DeviceMemory(**gpu) if gpu else None,
        }
    )
