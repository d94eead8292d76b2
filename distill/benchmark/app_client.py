"""Calling the running app's `/summarize`: by Gradio's client, and by plain HTTP."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from models.errors import ModelUnavailable

Summarize = Callable[[str], dict[str, Any]]
"""Asks the app for the summary of a text; the answer is that of `/summarize`."""
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Opens addresses on this machine, never through a proxy."""
PATIENCE = 120.0
"""Seconds until an app that does not answer counts as unreachable."""


def gradio_client(url: str, model: str, beams: int, usual: bool = False) -> Summarize:
    """A client of its own, made by the gradio_client library.

    The library looks for an answer every 50 ms. The usual client also reads all certificates anew for each
    request, even on plain http; the other one only on https.

    Raises:
        ModelUnavailable: There is no app.
    """
    from gradio_client import Client

    try:
        secure = usual or url.startswith("https:")
        client = Client(url, verbose=False, ssl_verify=secure, analytics_enabled=False)
    except Exception as error:  # the library passes on whatever the network raises
        raise ModelUnavailable(
            f"There is no app at {url} ({error}): start one with `python app.py`, and give the address it "
            "prints."
        ) from error
    return lambda text: client.predict(text, model, beams, api_name="/summarize")


def plain_http(url: str, model: str, beams: int, engine: str = "auto") -> Summarize:
    """A caller without any client library: it posts the call, then reads its answer."""
    call = f"{url.rstrip('/')}/gradio_api/call/summarize"

    def summarize(text: str) -> dict[str, Any]:
        body = json.dumps({"data": [text, model, beams, 128, engine]}).encode()
        asked = urllib.request.Request(call, body, {"Content-Type": "application/json"})
        try:
            with DIRECT.open(asked, timeout=PATIENCE) as answer:
                event = json.load(answer)["event_id"]
            with DIRECT.open(f"{call}/{event}", timeout=PATIENCE) as answer:
                said = answer.read().decode()
        except OSError as error:
            raise ModelUnavailable(f"The app at {url} does not answer: {error}") from error
        _, complete, data = said.partition("event: complete\ndata: ")
        if not complete:
            raise ModelUnavailable(f"The app gave no summary: {said.strip()}")
        return json.loads(data.splitlines()[0])[0]

    return summarize
