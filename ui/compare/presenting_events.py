"""What the buttons of a presentation do; the script presses them, and those of the tab, for its keys."""

from typing import Any

from gradio.events import Dependency

from ui.compare import presenting, race
from ui.compare.compare_tab import CompareTab
from ui.compare.measuring import Measured
from ui.compare.presenting import Slide
from ui.shared.limits import QUIET
from ui.shared.result import Session
from ui.shared.studio import Studio

_BEGIN = "() => present.begin()"
_GO_ON = "() => present.goOn({})"


def connect(tab: CompareTab, running: Dependency, studio: Studio) -> None:
    """Attach every event; `running` is the tab's comparing, after which a presentation measures.

    Where visitors may start no runs, the machine is for everybody: there one run of each model has to do.
    """
    panel, measures = tab.presenting, studio.settings.enable_distill
    shown = [panel.slide, panel.own, tab.race]
    now = [tab.session, tab.measure.measured, tab.text, tab.reference, tab.panel.long_input, panel.own]
    tab.present.click(_opener(measures), now, shown, **QUIET).then(None, None, None, js=_BEGIN, **QUIET)
    for button, by in ((panel.previous, -1), (panel.next, 1)):
        button.click(
            _turner(by),
            [tab.text, tab.reference, panel.own],
            [tab.text, tab.reference, panel.slide, panel.own, tab.race],
            **QUIET,
        ).then(None, None, None, js=_BEGIN, **QUIET)
    running.then(None, None, None, js=_GO_ON.format("true" if measures else "false"), **QUIET)


def _opener(measures: bool) -> Any:
    def open_mode(
        session: Session,
        measured: Measured | None,
        text: str | None,
        reference: str | None,
        long_input: str,
        before: Slide | None,
    ) -> tuple[str, Slide | None, str]:
        mine = presenting.own(text, reference, before)
        begins = presenting.opened(session, measured, text, long_input, measures)
        return presenting.heading(text, mine, begins), mine, race.race(session, measured)

    return open_mode


def _turner(by: int) -> Any:
    def turn(
        text: str | None, reference: str | None, before: Slide | None
    ) -> tuple[str, str, str, Slide | None, str]:
        mine = presenting.own(text, reference, before)
        slide = presenting.turn(text, mine, by)
        heading = presenting.heading(slide.text, mine, "run-all")
        return slide.text, slide.reference, heading, mine, race.race(Session())

    return turn
