"""Which summaries on the page belong to an earlier text than the one above them."""

from collections.abc import Sequence

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


def _sentence(roles: Sequence[str]) -> str:
    named = [rendering.NAMED[role] for role in rendering.NAMED if role in roles]
    listed = " and ".join(part for part in (", ".join(named[:-1]), named[-1]) if part)
    one = len(named) == 1
    return (
        f"The summar{'y' if one else 'ies'} of {listed} {'is' if one else 'are'} of an earlier text "
        f"and {'is' if one else 'are'} dimmed. Summarise again for the text above."
    )
