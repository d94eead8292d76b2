"""Which text a presentation shows next, and its heading. Knows nothing about Gradio's components."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from models.store.catalogue import ROLES
from models.text.tidying import CHARACTER_LIMIT, blank
from ui.compare import examples, freshness, race
from ui.compare.measuring import Measured
from ui.shared.limits import REFERENCE_CHARACTERS
from ui.shared.result import Session
from ui.shared.shortening import shortened

_OWN = "Your text"
_SHOWN = 400  # characters of a text under its label; the stylesheet shows two lines of them


@dataclass(frozen=True)
class Slide:
    """One text to present, with its reference summary or nothing."""

    label: str
    text: str
    reference: str


def own(text: str | None, reference: str | None, before: Slide | None) -> Slide | None:
    """The visitor's own text: that in the box, or while no model would take this or it is an example, the
    one `before`."""
    if (
        not text
        or len(text) > CHARACTER_LIMIT
        or blank(text)
        or any(text == each.text for each in _examples())
    ):
        return before
    return Slide(_OWN, text, (reference or "")[:REFERENCE_CHARACTERS])


def turn(text: str | None, mine: Slide | None, by: int) -> Slide:
    """The text `by` places on from the present one: the visitor's own, the examples, and round again.

    Args:
        text: The present one; from an empty box the way forward begins with the first text.
        mine: The visitor's own, if there is one.
        by: 1 or -1.
    """
    slides = _slides(mine)
    at = _position(text, slides)
    if at is None:
        at = -1 if by > 0 else 0
    return slides[(at + by) % len(slides)]


def opened(
    session: Session, measured: Measured | None, text: str | None, long_input: str, measures: bool
) -> str:
    """The id of the button to begin with, or "": it summarises, or where it may, measures fresh summaries."""
    if not text or blank(text):
        return ""
    if set(session.results) != set(ROLES) or freshness.outdated(session, text, long_input):
        return "run-all"
    return "measure" if measures and not race.matching(session, measured) else ""


def heading(text: str | None, mine: Slide | None, begins: str = "") -> str:
    """The label and the beginning of a text as HTML; `begins` names the button that the script presses."""
    slides = _slides(mine)
    at = _position(text, slides)
    if at is None:
        return _headed("Three models, one text", "", "Press → or Page Down for the first text.", "")
    slide = slides[at]
    begun = shortened(slide.text, _SHOWN)
    return _headed(slide.label, f"{at + 1} of {len(slides)}", begun, begins)


def _headed(label: str, place: str, text: str, begins: str) -> str:
    of = f' <span class="place">{place}</span>' if place else ""
    said = f"<h2>{escape(label)}{of}</h2><p>{escape(text)}</p>"
    return f'<div class="slide" data-begins="{begins}" role="status">{said}</div>'


def _slides(mine: Slide | None) -> list[Slide]:
    return [mine, *_examples()] if mine else _examples()


def _examples() -> list[Slide]:
    return [Slide(*example) for example in examples.examples()]


def _position(text: str | None, slides: Sequence[Slide]) -> int | None:
    return next((at for at, slide in enumerate(slides) if slide.text == text), None)
