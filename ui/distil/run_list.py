"""The list of all runs: searched and sorted. Layout, and pure functions on what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from distill.config import RunConfig
from distill.jobs.status import STATUSES
from distill.runs import RunStatus
from ui.distil import run_rendering

Found = tuple[RunStatus, RunConfig | None]
"""A run's state (`worse` for a finished run that made its student worse) and settings, None if unreadable."""
ORDERS = [("Newest first", "newest"), ("Oldest first", "oldest"), ("Name", "name"), ("State", "state")]
_STATES = [*STATUSES, "worse"]


@dataclass(frozen=True)
class RunList:
    """The components: `finder` holds the two others, and is hidden while there is nothing to choose from."""

    finder: gr.Row
    words: gr.Textbox
    order: gr.Dropdown
    table: gr.Dataframe

    @property
    def wanted(self) -> list[gr.Component]:
        """What `listed` takes, beside the runs."""
        return [self.words, self.order]


def build() -> RunList:
    """Lay it out."""
    with gr.Row(visible=False) as finder:
        words = gr.Textbox(
            "",
            label="Search the runs",
            placeholder="Name, model, method or note",
            scale=3,
            min_width=180,
            elem_id="run-search",
        )
        order = gr.Dropdown(
            ORDERS,
            value="newest",
            label="Sort by",
            filterable=False,
            scale=2,
            min_width=140,
            elem_id="run-order",
        )
    table = gr.Dataframe(
        run_rendering.runs(()),
        interactive=False,
        max_height=280,
        label=_LABEL,
        buttons=[],
        column_widths=[150, 135, 100, 148, 150, 110, 250, 270],
        visible=False,
        elem_id="run-table",
    )
    return RunList(finder, words, order, table)


_LABEL = "All runs: select one to look at it"


def listed(found: Sequence[Found], words: str = "", order: str = "newest") -> list[Found]:
    """The runs that have all the words, whatever their case, in one of `ORDERS`; `found` is newest first."""
    wanted = words.casefold().split()
    chosen = [each for each in found if all(word in _text(each) for word in wanted)]
    if order == "oldest":
        chosen.reverse()
    elif order == "name":  # those without one last
        chosen.sort(key=lambda each: (not each[0].name, each[0].name.casefold()))
    elif order == "state":
        chosen.sort(key=lambda each: _STATES.index(each[0].status))
    return chosen


def drawn(found: Sequence[Found], words: str, order: str) -> dict:
    """The table as it becomes."""
    chosen = listed(found, words, order)
    label = _LABEL if len(chosen) == len(found) else f"{len(chosen)} of {len(found)} runs: select one"
    return gr.update(value=run_rendering.runs(chosen), label=label, visible=bool(found))


def _text(one: Found) -> str:
    """All that the list shows of a run, and its data."""
    cells = run_rendering.runs([one]).iloc[0]
    return " ".join(map(str, [*cells, one[1].data if one[1] else ""])).casefold()
