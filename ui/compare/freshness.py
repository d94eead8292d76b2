"""What on the page belongs to an earlier text than the one above it: summaries and measurements."""

from collections.abc import Mapping, Sequence

from distill.stats import listed
from models.decoding import Decoding
from ui.compare.measuring import Measured
from ui.shared import rendering
from ui.shared.result import Session


def outdated(session: Session, text: str | None, long_input: str) -> list[str]:
    """The roles whose summary is of another text, or of the text handled in another way."""
    return [
        role
        for role, result in session.results.items()
        if (result.text, result.long_input) != (text or "", long_input)
    ]


def notice(session: Session, text: str | None, long_input: str) -> str:
    """A sentence that names them, or nothing; the stylesheet dims the columns of its marks."""
    roles = outdated(session, text, long_input)
    if not roles:
        return ""
    marks = "".join(f'<i class="outdated {role}"></i>' for role in roles)
    return f'<div class="note" role="status">{marks}{_sentence(roles)}</div>'


def measured_notice(
    measured: Measured | None,
    text: str | None,
    long_input: str,
    models: Mapping[str, str | None],
    decoding: Decoding | None,
) -> str:
    """A sentence on what has been measured that is not on the page any more, or nothing.

    Args:
        measured: The measurement, if there is one.
        text, long_input, models, decoding: What the page holds now; no `decoding` where it cannot be.
    """
    if not measured or not measured.runs or not (asked := measured.request):
        return ""
    changed = {
        "another text": asked.text != (text or ""),
        "another way with long input": asked.long_input != long_input,
        "other models or engines": asked.models != models,
        "other decoding settings": asked.decoding != decoding,
    }
    others = [what for what, differs in changed.items() if differs]
    said = f"These figures are of {listed(others)}. Measure again for what is chosen now." if others else ""
    return said and f'<div class="note" role="status">{said}</div>'


def _sentence(roles: Sequence[str]) -> str:
    named = [rendering.NAMED[role] for role in rendering.NAMED if role in roles]
    one = len(named) == 1
    return (
        f"The summar{'y' if one else 'ies'} of {listed(named)} {'is' if one else 'are'} of an earlier text "
        f"and {'is' if one else 'are'} dimmed. Summarise again for the text above."
    )
