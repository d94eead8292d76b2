"""Messages where Gradio would give none: for wrong calls, unknown endpoints and a full queue."""

import inspect
import logging
import re
from typing import Any

import gradio as gr
from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from gradio.block_function import BlockFunction
from gradio.exceptions import ComponentProcessingError, InvalidPathError
from gradio.queueing import Queue
from gradio.route_utils import FnIndexInferError
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.shared.errors import OUR_FAULT, error

QUEUE_SIZE = 1000
"""How many calls may wait; any more are asked to try again later."""
FULL = f"{QUEUE_SIZE:,} others are waiting already. Please try again in a minute."
_MISFITS = (ComponentProcessingError, InvalidPathError, TypeError, ValueError)
"""What Gradio raises for values that do not fit their fields."""
_NO_SITES = "Files are not fetched from other sites: upload the file."
_SITE = re.compile(r"\s*https?:", re.IGNORECASE)
_SITE_ROUTE = re.compile(r"/(?:file[=/]|proxy=)\s*https?:", re.IGNORECASE)
_UPLOAD = re.compile(r"/gradio_api/(?:upload|process_recording)/?$")
_PROGRESS = re.compile(r"/gradio_api/upload_progress/?$")
_NO_FILES = "This page takes no files."
_DEEP_LINK = re.compile(r"/gradio_api/deep_link/?$")
_NO_DEEP_LINKS = "This page has no links to its present state."
LONGEST = 16_000_000
"""Bytes of a request that is no upload; a text may have a million characters."""
LONGEST_UPLOAD = 501_000_000
"""Bytes of an upload: a file of 500 MB, and what is around it."""
_TOO_LONG = "A request may have {} MB: send less."
_UNKNOWN = "There is no such call, or its answer was fetched already: make it again."
_CALL = re.compile(r"/call/(?:v2/)?[^/]+/([^/]+)$")
_log = logging.getLogger(__name__)


class Page(gr.Blocks):
    """A page that answers each wrong call with a sentence; its log holds tracebacks of our faults alone."""

    async def preprocess_data(
        self, block_fn: BlockFunction, inputs: list[Any], state: Any, explicit_call: bool = False
    ) -> list[Any]:
        """Gradio's, with the defaults of an endpoint for what a call leaves out at its end."""
        values = _completed(block_fn, inputs)
        if _names_a_site(values):
            raise gr.Error(_NO_SITES, title="Not possible", print_exception=False)
        try:
            return await super().preprocess_data(block_fn, values, state, explicit_call)
        except _MISFITS as problem:
            _log.info("Values that do not fit: %s", problem)
            raise gr.Error(
                f"These values cannot be used. {_usage(block_fn)}",
                title="Not possible",
                print_exception=False,
            ) from None

    async def process_api(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Gradio's, whose every failure has words."""
        try:
            return await super().process_api(*args, **kwargs)
        except gr.Error as problem:
            problem.print_exception = False
            raise
        except Exception as problem:
            raise error(problem) from None


def _completed(block_fn: BlockFunction, inputs: list[Any]) -> list[Any]:
    """The values of a call, with those defaults that it needs; a page's own events give all of them."""
    if not _is_public(block_fn):
        return inputs
    parameters = [*inspect.signature(block_fn.fn).parameters.values()] if block_fn.fn else []
    values = [*inputs, *(parameter.default for parameter in parameters[len(inputs) :])]
    if len(values) != len(block_fn.inputs) or inspect.Parameter.empty in values:
        told = f"{len(inputs)} {'value was' if len(inputs) == 1 else 'values were'} given."
        raise gr.Error(f"{told} {_usage(block_fn)}", title="Not possible", print_exception=False)
    return values


def _names_a_site(value: Any) -> bool:
    """Whether it holds a file that Gradio would fetch from elsewhere, for whoever asks."""
    if isinstance(value, dict):
        named = "meta" in value and _SITE.match(str(value.get("path")))
        return bool(named) or any(map(_names_a_site, value.values()))
    return isinstance(value, list | tuple) and any(map(_names_a_site, value))


def _is_public(block_fn: BlockFunction) -> bool:
    return bool(block_fn.api_name) and block_fn.api_visibility == "public"


def _usage(block_fn: BlockFunction) -> str:
    if not _is_public(block_fn) or not block_fn.fn:
        return "Reload the page and try again."
    named = [
        parameter.name if parameter.default is parameter.empty else f"{parameter.name}={parameter.default!r}"
        for parameter in inspect.signature(block_fn.fn).parameters.values()
    ]
    return f"/{block_fn.api_name} takes, in this order: {', '.join(named) or 'nothing'}."


def _refused(request: Request, problem: Exception) -> JSONResponse:
    """The answer to a call that reaches no function."""
    if isinstance(problem, HTTPException):
        full = problem.status_code == 503 and "Queue is full" in str(problem.detail)
        return JSONResponse({"detail": FULL if full else problem.detail}, problem.status_code)
    if isinstance(problem, RequestValidationError):
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problem.errors())
        return JSONResponse({"detail": f'Send JSON such as {{"data": ["a text"]}} ({wrong}).'}, 422)
    name = request.path_params.get("api_name")
    endpoints = {fn.api_name: fn for fn in request.app.get_blocks().fns.values() if _is_public(fn)}
    if name in endpoints:
        return JSONResponse(
            {"detail": f"{str(problem).split('. Please')[0]}. {_usage(endpoints[name])}"}, 422
        )
    if name is not None or isinstance(problem, KeyError):
        known = ", ".join(f"/{each}" for each in endpoints)
        return JSONResponse({"detail": f"There is no such endpoint; there are {known}."}, 404)
    _log.error("Unexpected error", exc_info=problem)
    return JSONResponse({"detail": OUR_FAULT}, 500)


_REFUSALS = (HTTPException, RequestValidationError, FnIndexInferError, KeyError, TypeError, ValueError)


class Calls:
    """ASGI middleware that refuses what Gradio's own routes should.

    For the answer of a call that nobody made they begin a stream, fail in it and log a fault of ours; they
    fetch from other sites for strangers, take files where nothing asks for any and bodies of any size, and
    remember each upload whose progress is asked for. A link to a page's present state they write to the disk
    for good, as often as somebody asks.

    Args:
        app: What it stands before.
        uploads: Whether the page takes files.
    """

    def __init__(self, app: ASGIApp, uploads: bool = True) -> None:
        self._app, self._uploads = app, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        most = LONGEST_UPLOAD if _UPLOAD.search(scope.get("path", "")) else LONGEST
        if refusal := self._refusal(scope, most):
            code, why = refusal
            await JSONResponse({"detail": why}, code)(scope, receive, send)
            return
        try:
            await self._app(scope, _bounded(receive, most), send)
        except RuntimeError as problem:
            if not isinstance(problem.__cause__, HTTPException):  # else the stream has ended with these words
                raise

    def _refusal(self, scope: Scope, most: int) -> tuple[int, str] | None:
        """The status and the sentence of a request that is not passed on."""
        path = scope.get("path", "")
        asked = _CALL.search(path) if scope.get("method") == "GET" else None
        if asked and not _is_known(asked[1], scope["app"].get_blocks()._queue):
            return 404, _UNKNOWN
        if _DEEP_LINK.search(path):
            return 404, _NO_DEEP_LINKS
        if _SITE_ROUTE.search(path):
            return 403, _NO_SITES
        if not self._uploads and (_UPLOAD.search(path) or _PROGRESS.search(path)):
            return 403, _NO_FILES
        return (413, _too_long(most)) if _length(scope) > most else None


def _too_long(most: int) -> str:
    return _TOO_LONG.format(f"{most / 1_000_000:g}")


def _length(scope: Scope) -> int:
    """What a request says of its own length."""
    given = dict(scope.get("headers", [])).get(b"content-length", b"")
    return int(given) if given.isdigit() else 0


def _bounded(receive: Receive, most: int) -> Receive:
    """Breaks a body off that is longer than it said, or that did not say how long it is."""
    taken = 0

    async def next_part() -> Any:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(413, _too_long(most))
        return message

    return next_part


def _is_known(event: str, queue: Queue) -> bool:
    return any(event in unheard for unheard in queue.pending_event_ids_session.values())


def of_app(uploads: bool) -> dict[str, Any]:
    """What FastAPI takes to answer so.

    Args:
        uploads: Whether the page takes files.
    """
    return {
        "exception_handlers": dict.fromkeys(_REFUSALS, _refused),
        "middleware": [Middleware(Calls, uploads=uploads)],
    }
