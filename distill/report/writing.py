"""Find what to report on, and lay it out."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from distill import comparison, judging, runs, votes
from distill.errors import BadConfig, DistillError, RunNotFound
from distill.jobs.files import make_folder, write_text
from distill.report import of_comparison, of_evaluation, of_run, of_search, of_vote
from distill.report.sheet import Sheet
from distill.search.folder import all_searches
from models.settings import Settings

_KINDS: dict[str, tuple[Callable[[str, Settings], Any], Callable[[Any], Sheet]]] = {
    "run": (runs.find, of_run.sheet),
    "comparison": (comparison.find, of_comparison.sheet),
    "evaluation": (judging.find, of_evaluation.sheet),
    "vote": (of_vote.find, of_vote.sheet),
    "search": (of_search.find, of_search.sheet),
}


def write(ids: str | Sequence[str], settings: Settings, out: Path) -> Path:
    """Write one page about what these ids stand for, in their order.

    Args:
        ids: Of finished runs, comparisons and evaluations, and of votes and searches; `run:`, `comparison:`,
            `evaluation:`, `vote:` or `search:` before one says which is meant where two have the same.
        settings: The studio's.
        out: The file, made anew.

    Returns:
        The file.

    Raises:
        RunNotFound: Nothing has one of the ids.
        RunConflict: It has no figures yet.
        BadConfig: The file cannot be written.
        DistillError: It cannot be read.
    """
    make_folder(out.absolute().parent)
    sheets = [compose(each, settings) for each in ([ids] if isinstance(ids, str) else ids)]
    page = _laid_out(sheets)
    try:
        write_text(out, page)
    except OSError as error:
        raise BadConfig(f"{out} cannot be written: {error.strerror}. Name another file.") from error
    return out


def compose(name: str, settings: Settings) -> Sheet:
    """What there is to say about an id; errors as for `write`."""
    kind, colon, rest = name.partition(":")
    wanted = [kind] if colon and kind in _KINDS else list(_KINDS)
    found, damage = [], []
    for each in wanted:
        try:
            found.append((each, _KINDS[each][0](rest if len(wanted) == 1 else name, settings)))
        except RunNotFound:
            continue
        except DistillError as error:  # it may be of a kind that was not meant, such as damaged votes
            damage.append(error)
    if not found and damage:
        raise damage[0]
    if not found:
        *first, last = _KINDS
        raise RunNotFound(f"There is no {', '.join(first)} or {last} {name!r}. {_newest(settings)}")
    if len(found) > 1:
        told = " or ".join(f"{each}:{name}" for each, _ in found)
        raise BadConfig(f"{name} is the id of more than one thing: use {told}.")
    each, job = found[0]
    return _KINDS[each][1](job)


def _newest(settings: Settings) -> str:
    polls: list[votes.Poll] = []
    with suppress(DistillError):  # they cannot be read
        polls = votes.all_polls(settings)
    known = [
        *(f"evaluation:{each.evaluation_id}" for each in judging.all_evaluations(settings)[:3]),
        *(f"vote:{each.poll_id}" for each in polls[:3]),
        *(f"comparison:{each.comparison_id}" for each in comparison.all_comparisons(settings)[:3]),
        *(f"search:{each.search_id}" for each in all_searches(settings)[:3]),
        *(f"run:{each.run_id}" for each in runs.all_runs(settings)[:3]),
    ]
    return f"The newest are {', '.join(known)}." if known else "There is none yet: start one first."


def _laid_out(sheets: Sequence[Sheet]) -> str:
    from jinja2 import Environment, PackageLoader

    templates = Environment(loader=PackageLoader("distill.report", "."), autoescape=True, trim_blocks=True)
    title = " · ".join(sheet.title for sheet in sheets)
    written = time.strftime("%Y-%m-%d %H:%M %Z")
    return templates.get_template("page.html").render(title=title, sheets=sheets, written=written)
