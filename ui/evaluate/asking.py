"""How the tab's fields become what an evaluation does."""

from collections.abc import Sequence
from typing import Any

from models.errors import BadRequest
from ui.shared import data_fields

FEWEST, MOST = 2, 6
"""How many models the page compares."""


def values(
    models: Sequence[str] | None,
    lead: bool,
    beams: float,
    longest: float,
    source: str,
    file: str | None,
    document: str | None,
    summary: str | None,
    hub: str | None,
    texts: float | None,
    shuffle: bool,
) -> dict[str, Any]:
    """The fields as the settings of an `EvaluationPlan`; raises BadRequest where one is not chosen yet."""
    named = [str(name).strip() for name in models or []]
    if not FEWEST <= len(named) <= MOST:
        raise BadRequest(
            f"Choose two to six models; {len(named)} {'is' if len(named) == 1 else 'are'} chosen."
        )
    if texts is not None and texts < 1:
        raise BadRequest("Give “Maximum texts” 1 or more, or leave it empty for all.")
    return {
        "models": [*named, *(["lead:="] if lead else [])],
        "beams": int(beams),
        "max_new_tokens": int(longest),
        "limit": None if texts is None else int(texts),
        "shuffle": bool(shuffle),
        **data_fields.chosen(source, file, document, summary, hub),
    }
