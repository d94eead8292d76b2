"""How the page's events are queued."""

from typing import Any

REFERENCE_CHARACTERS = 10_000
"""Limit for a summary to score against: ROUGE-L's time grows with the product of both lengths."""
COMPARE: dict[str, Any] = {"concurrency_limit": 16}
"""Above one on purpose: visitors wait for the models' own lock, and that wait is shown to them."""
SLOW: dict[str, Any] = {"concurrency_limit": 2}
"""For what runs models for minutes: more at once would be done no sooner, and hold up those who compare."""
ENDPOINT: dict[str, Any] = {"concurrency_id": "endpoints", "concurrency_limit": 4}
"""For all endpoints that run models: scripts may call without end, and nobody watches them wait."""
QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""For events that are quick, cannot fail and have no endpoint: the page shows no error of theirs."""
ACT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 8}
"""For events that may be refused with a message."""
LAST: dict[str, Any] = {"trigger_mode": "always_last"}
"""For a field that may change again before it is answered: by default Gradio drops the second change."""
EACH: dict[str, Any] = {"trigger_mode": "multiple"}
"""The same for a place in a table or a chart, which the event carries: `LAST` would repeat the first."""
