"""What Gradio keeps about calls and visits: as much as somebody may come back for, and no more."""

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from gradio.routes import App
from gradio.state_holder import SessionState, StateHolder
from gradio.utils import LRUCache

VISITS = 500
"""Visits whose columns and log are kept; Gradio would keep 10,000."""
_CALLS = 64
_ANSWERS = 4000  # more than wait and run at once, so that no answer is dropped that somebody still waits for


class Sessions(StateHolder):
    """Gradio's, for which each call of an endpoint is a visit of its own: 0.4 MB each, kept forever.

    Of visits that have no state yet, as no call of an endpoint has, only the newest are kept; an older one
    that comes again begins anew. And a visit no longer starts with a description of every field, which serves
    links to a page's present state that this page does not offer.
    """

    def __init__(self) -> None:
        super().__init__()
        self._new: OrderedDict[str, None] = OrderedDict()

    def __getitem__(self, session_id: str) -> SessionState:
        with self.lock:
            if session_id not in self.session_data:
                self.session_data[session_id] = _Session(self.blocks)
                self._new[session_id] = None
                self._forget()
        return super().__getitem__(session_id)

    def _forget(self) -> None:
        while len(self._new) > _CALLS:
            oldest, _ = self._new.popitem(last=False)
            session = self.session_data.get(oldest)
            if session is not None and not session.state_data:
                del self.session_data[oldest]
                self.time_last_used.pop(oldest, None)


class _Session(SessionState):
    """Gradio's, without a copy of each value that a field had last: megabytes a field, for the same links."""

    def __init__(self, blocks: Any) -> None:
        super().__init__(SimpleNamespace(default_config=blocks.default_config, blocks={}))  # pyright: ignore

    def __setitem__(self, key: int, value: Any) -> None:
        super().__setitem__(key, value)
        self.config_values.clear()

    def _update_config(self, key: int) -> None:
        pass

    def _update_value_in_config(self, key: int, value: Any) -> None:
        pass


@asynccontextmanager
async def bounded(app: App) -> AsyncIterator[None]:
    """The life of an app, which keeps this little from its first call on."""
    app.state_holder = Sessions()
    app.state_holder.set_blocks(app.get_blocks())
    queue = app.get_blocks()._queue
    queue.pending_messages_per_session = LRUCache(_ANSWERS)
    queue.pending_event_ids_session = LRUCache(_ANSWERS)
    yield
