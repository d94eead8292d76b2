"""How the page's events are queued."""

from typing import Any

REFERENCE_CHARACTERS = 10_000
"""Of a summary to score against: ROUGE-L takes time by the product of both lengths."""
INFERENCE = {"concurrency_id": "inference", "concurrency_limit": 16}
"""Above one on purpose: visitors wait for the models' own lock, and that wait is shown to them."""
QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""For what is done at once, cannot fail and has no endpoint: the page shows no error of an unqueued event."""
ACT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 8}
"""For what may be refused with a sentence."""
