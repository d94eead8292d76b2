"""How long the app takes from the command to its page and its first summary, and how much memory then."""

import logging
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from distill.benchmark.app_client import DIRECT, PATIENCE, plain_http
from distill.data import load_unseen
from distill.errors import BadConfig
from distill.stats import spread
from models.errors import ModelUnavailable
from models.serving.pool import ModelPool
from models.settings import Settings

log = logging.getLogger(__name__)
ROOT = Path(__file__).parents[2]
BARE = "import gradio\nwith gradio.Blocks() as page:\n    pass\npage.launch(server_port={port}, quiet=True)"
"""What any Gradio page takes: the yardstick."""
HEAVY = ("torch", "transformers", "datasets", "optuna")
_MODEL = "embedded/distilled"
_APP = ("app.py", "--port", "{port}")
_BARE = ("-c", BARE)
_POLL = 0.01


@dataclass(frozen=True)
class Start:
    """One start of the app.

    Args:
        page: Seconds from the command to the first answered page.
        summary: Seconds from there to the first summary.
        process_bytes: Resident memory of the process after it.
        imported: Which of the `HEAVY` packages the process has imported by then; empty where nobody looked.
    """

    page: float
    summary: float
    process_bytes: int
    imported: tuple[str, ...]


def bench_startup(settings: Settings, *, n: int = 5) -> dict[str, Any]:
    """Start the app and a bare Gradio page in turns, each in a process of its own.

    Args:
        n: Starts of each.

    Returns:
        `page` and `bare` (spreads of the seconds to the first answered page), `ratio` of their medians,
        `summary` (a spread of the seconds from the page to the first summary of the distilled model, its
        conversion cached), and of one more start each with the usual engine and with torch: `usual`, `torch`.

    Raises:
        ModelUnavailable: The app does not start; the message has its last words.
    """
    if n < 1:
        raise BadConfig(f"--n is {n}; use a whole number from 1 up.")
    ModelPool(settings).get(_MODEL)  # converts it where it has not been yet
    text = load_unseen("built-in", limit=1, settings=settings).rows[0].document
    starts, bare = [], []
    for index in range(n):
        starts.append(start_app(settings, text))
        bare.append(_start_bare(settings))
        log.info("%d of %d: app %.2f s, bare page %.2f s", index + 1, n, starts[-1].page, bare[-1])
    pages = [start.page for start in starts]
    return {
        "n": n,
        "page": spread(pages).as_dict(),
        "bare": spread(bare).as_dict(),
        "ratio": median(pages) / median(bare),
        "summary": spread([start.summary for start in starts]).as_dict(),
        "usual": asdict(start_app(settings, text, watch_imports=True)),
        "torch": asdict(start_app(settings, text, "torch:float32", watch_imports=True)),
    }


def start_app(settings: Settings, text: str, engine: str = "auto", watch_imports: bool = False) -> Start:
    """Start the app, wait for its page, ask for one summary and end it. Watching its imports slows it."""
    options = ("-X", "importtime") if watch_imports else ()
    with _started((*options, *_APP), settings) as page:
        begin = time.perf_counter()
        plain_http(page.url, _MODEL, 4, engine)(text)
        seconds = time.perf_counter() - begin
        used = psutil.Process(page.pid).memory_info().rss
        return Start(page.seconds, seconds, used, _imported(page.log) if watch_imports else ())


def _start_bare(settings: Settings) -> float:
    with _started(_BARE, settings) as page:
        return page.seconds


@dataclass(frozen=True)
class _Page:
    url: str
    pid: int
    seconds: float
    log: Path


@contextmanager
def _started(arguments: tuple[str, ...], settings: Settings) -> Iterator[_Page]:
    """A Python process that serves a page, with the port put into its arguments; ended on leaving."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "STUDIO_HOME": str(settings.home),
        "MODEL_SET": "embedded",
        "GRADIO_ANALYTICS_ENABLED": "False",
    }
    command = [sys.executable, *(argument.format(port=port) for argument in arguments)]
    with tempfile.TemporaryDirectory() as folder:
        noted = Path(folder) / "log.txt"
        begin = time.perf_counter()
        with noted.open("wb") as sink:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=sink, stderr=sink)
        try:
            _wait(url, process, noted)
            yield _Page(url, process.pid, time.perf_counter() - begin, noted)
        finally:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(url: str, process: subprocess.Popen[bytes], noted: Path) -> None:
    until = time.perf_counter() + PATIENCE
    while True:
        try:
            with DIRECT.open(url, timeout=PATIENCE) as answer:
                answer.read()
            return
        except OSError:
            if process.poll() is not None or time.perf_counter() > until:
                last = noted.read_text(errors="replace").strip().splitlines()[-1:] or ["nothing"]
                raise ModelUnavailable(f"The page did not start; it said last: {last[0]}") from None
            time.sleep(_POLL)


def _imported(log_: Path) -> tuple[str, ...]:
    """Of `python -X importtime`, which tells every import when it ends."""
    told = log_.read_text(errors="replace").splitlines()
    names = {line.rpartition("|")[2].strip() for line in told if line.startswith("import time:")}
    return tuple(name for name in HEAVY if name in names)


def startup_table(result: dict[str, Any]) -> str:
    """The result for people to read."""
    lines = [
        f"First page after {_said(result['page'])}, of a bare Gradio page after {_said(result['bare'])}: "
        f"{result['ratio']:.2f} times; medians of {result['n']} starts",
        f"First summary {_said(result['summary'])} after the page",
    ]
    for name, label in (("usual", "With the usual engine"), ("torch", "With torch")):
        start = result[name]
        imported = ", ".join(start["imported"]) or f"none of {', '.join(HEAVY)}"
        memory = f"{start['process_bytes'] / 1e6:.0f} MB after the first summary"
        lines.append(f"{label}: {memory}; imported {imported}")
    return "\n".join(lines)


def _said(figures: dict[str, Any]) -> str:
    return f"{figures['median']:.2f} s ({figures['low']:.2f}–{figures['high']:.2f})"
