"""A student as a zip: an address of its own, as Gradio's own downloads would be kept for a day."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from distill import runs
from distill.errors import RunNotFound
from models.errors import DistillError
from models.settings import Settings
from ui.shared import errors

_AT_ONCE = 1 << 20


def of_app(settings: Settings) -> dict[str, Any]:
    """What FastAPI takes to hand students out; nothing where visitors do not see runs."""

    def answer(request: Request) -> Response:
        return _zipped(request.path_params["run_id"], settings)

    return {"routes": [Route("/students/{run_id}.zip", answer)]} if settings.enable_distill else {}


def _zipped(run_id: str, settings: Settings) -> Response:
    from distill.runs.export import zip_student  # brings torch, which the page starts without

    with ExitStack() as held:
        file = held.enter_context(
            tempfile.TemporaryFile(dir=settings.temporary)
        )  # nameless: gone once closed
        try:
            run = runs.find(run_id, settings)
            zip_student(run, file)
        except Exception as problem:
            code = (
                404 if isinstance(problem, RunNotFound) else 409 if isinstance(problem, DistillError) else 500
            )
            return JSONResponse({"detail": errors.message(problem)}, code)
        held.pop_all()  # the answer closes it
    headers = {
        "Content-Length": str(file.tell()),
        "Content-Disposition": f'attachment; filename="student-{run.run_id}.zip"',
    }
    return StreamingResponse(_parts(file), media_type="application/zip", headers=headers)


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while part := file.read(_AT_ONCE):
            yield part
