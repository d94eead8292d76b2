"""A visitor without scruples: sends what a browser sends, with any value in any field."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

import httpx

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

    def act(self, elem_id: str, event: str, fields: Mapping[str, Any] | None = None) -> str:
        """What the page answers, as text, when this happens to an element, with fields filled in (by their
        elements' ids) and the others as they are.
        """
        done = next(
            found for found in self._events if (self._id(elem_id), event) in map(tuple, found["targets"])
        )
        typed = {self._id(name): value for name, value in (fields or {}).items()}
        data = [typed.get(part, self._parts[part]["props"].get("value")) for part in done["inputs"]]
        body = {"data": data, "fn_index": done["id"], "trigger_id": self._id(elem_id)}
        if done["queue"] is False:
            answer = self.http.post("gradio_api/run/predict", json={**body, "session_hash": self.session})
            return _told(answer.json())
        self.http.post("gradio_api/queue/join", json={**body, "session_hash": self.session})
        return self._heard()

    def call(self, name: str, *data: Any) -> str:
        """What an endpoint of the HTTP API answers, as text."""
        event = self.http.post(f"gradio_api/call/{name}", json={"data": data}).json()["event_id"]
        return self.http.get(f"gradio_api/call/{name}/{event}").text

    def upload(self, name: str, content: bytes) -> str:
        """Upload a file as a file field does; its path on the server."""
        return self.http.post("gradio_api/upload", files={"files": (name, content)}).json()[0]

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


def _told(output: dict[str, Any]) -> str:
    """What an answer holds, without the times it took."""
    return json.dumps(output.get("data", output), ensure_ascii=False)
