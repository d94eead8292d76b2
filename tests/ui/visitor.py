"""A visitor without scruples: sends what a browser sends, with any value in any field."""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from models.settings import Settings
from ui import page

_SECONDS = 120


class Visitor:
    """One visit to a page over HTTP.

    Args:
        url: Of the page, with a slash at its end.
    """

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=_SECONDS)
        self.session = uuid.uuid4().hex
        config = self.http.get("config").json()
        self._parts = {part["id"]: part for part in config["components"]}
        self._events = config["dependencies"]

    def act(
        self,
        elem_id: str,
        event: str,
        fields: Mapping[str, Any] | None = None,
        told: Mapping[str, Any] | None = None,
    ) -> str:
        """What the page answers, as text, when this happens to an element, with fields filled in (by their
        elements' ids) and the others as they are. `told` is what the browser says of the event.
        """
        what = (self._id(elem_id), event)
        answered = (found for found in self._events if found["backend_fn"])  # others are the browser's alone
        done = next(found for found in answered if what in map(tuple, found["targets"]))
        return self._happen(done, self._id(elem_id), fields or {}, told)

    def open(self, elem_id: str) -> str:
        """What the page answers when it is opened, in the event that draws this element."""
        drawing = (found for found in self._events if self._id(elem_id) in found["outputs"])
        done = next(found for found in drawing if any(event == "load" for _, event in found["targets"]))
        return self._happen(done, None, {}, None)

    def call(self, name: str, *data: Any) -> str:
        """What an endpoint of the HTTP API answers, as text."""
        event = self.http.post(f"gradio_api/call/{name}", json={"data": data}).json()["event_id"]
        return self.http.get(f"gradio_api/call/{name}/{event}").text

    def upload(self, name: str, content: bytes) -> str:
        """Upload a file as a file field does; its path on the server."""
        return self.http.post("gradio_api/upload", files={"files": (name, content)}).json()[0]

    def _happen(
        self,
        done: Mapping[str, Any],
        trigger: int | None,
        fields: Mapping[str, Any],
        told: Mapping[str, Any] | None,
    ) -> str:
        typed = {self._id(name): value for name, value in fields.items()}
        data = [typed.get(part, self._parts[part]["props"].get("value")) for part in done["inputs"]]
        body = {"data": data, "fn_index": done["id"], "trigger_id": trigger, "event_data": told}
        body["session_hash"] = self.session
        if done["queue"] is False:
            return _told(self.http.post("gradio_api/run/predict", json=body).json())
        self.http.post("gradio_api/queue/join", json=body)
        return self._heard()

    def _id(self, elem_id: str) -> int:
        return next(key for key, part in self._parts.items() if part["props"].get("elem_id") == elem_id)

    def _heard(self) -> str:
        said = []
        with self.http.stream(
            "GET", "gradio_api/queue/data", params={"session_hash": self.session}
        ) as answer:
            for line in answer.iter_lines():
                message = json.loads(line.removeprefix("data: ") or "{}")
                if message.get("msg") in ("process_generating", "process_completed"):
                    said.append(_told(message["output"]))
        return "\n".join(said)


@contextmanager
def visiting(settings: Settings) -> Iterator[Visitor]:
    """A visitor of the page with these settings, served until the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(settings.temporary))  # as app.py sets it
        blocks = page.build(settings)
        _, url, _ = blocks.launch(prevent_thread_lock=True, quiet=True, **page.options(settings))
        try:
            yield Visitor(url)
        finally:
            blocks.close(verbose=False)


def _told(output: dict[str, Any]) -> str:
    """What an answer holds, without the times it took."""
    return json.dumps(output.get("data", output), ensure_ascii=False)
