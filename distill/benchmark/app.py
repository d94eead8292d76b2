"""What the page adds to the engine: the app through a real client, against the engine called directly."""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from threading import Barrier, BrokenBarrierError
from typing import Any

from distill.benchmark.app_client import Summarize, gradio_client, plain_http
from distill.data import load_unseen
from distill.errors import BadConfig
from distill.stats import Spread, spread
from models.decoding import Decoding
from models.serving.pool import ModelPool
from models.serving.summarizer import Summarizer
from models.settings import Settings

log = logging.getLogger(__name__)


_COLUMNS = {
    "round trip": "round_trip",
    "waited in line": "waited",
    "engine": "engine",
    "overhead": "overhead",
}


@dataclass(frozen=True)
class Call:
    """One call of `/summarize`, in seconds.

    Args:
        round_trip: From the client's call to its answer.
        engine: What the answer says the engine took.
        waited: What it says it waited for others' inference.
    """

    round_trip: float
    engine: float
    waited: float

    @property
    def overhead(self) -> float:
        """Client, server and queue: everything but the engine's time and the wait for other summaries."""
        return self.round_trip - self.engine - self.waited


def bench_app(
    url: str,
    model: str,
    source: str,
    settings: Settings,
    *,
    n: int = 100,
    beams: Sequence[int] = (1, 4),
    users: Sequence[int] = (1, 2, 4, 8, 16),
) -> dict[str, Any]:
    """Measure the app at `url`.

    Args:
        url: Where the app runs.
        model: What it summarises with; this process loads it too, for the direct calls.
        source: Texts, as in `distill.data.load_unseen`; taken again from the start where they are too few.
        n: Calls of each figure, after a warm-up.
        beams: Each is measured by itself.
        users: How many clients call at once.

    Returns:
        `overhead`, a row for each of `beams`: `engine` (what the answers say it took), `overhead` (see
        `Call`; a client that reads no certificates for plain http), `usual_client` (the same with a client
        made with no options), `plain_http` (with no client library: what the app itself adds) and
        `over_direct` (the first one's round trip less the same call made in this process).
        `users`, a row for each of `beams` and `users`. All are spreads in seconds.

    Raises:
        ModelUnavailable: There is no app at `url`.
    """
    if n < 1 or min(users) < 1:
        raise BadConfig(f"--n is {n} and --users {', '.join(map(str, users))}; use whole numbers from 1 up.")
    texts = [row.document for row in load_unseen(source, limit=n, settings=settings).rows]
    texts = list(islice(cycle(texts), n))
    summarizer = ModelPool(settings).get(model)
    overheads, crowds = [], []
    for beam in beams:
        overheads.append({"beams": beam, **_overhead(url, summarizer, beam, texts)})
        crowds += [{"beams": beam, **_crowd(url, model, beam, texts, number)} for number in users]
    return {"app": url, "model": model, "overhead": overheads, "users": crowds}


def timed(summarize: Summarize, text: str) -> Call:
    """Call the app once."""
    start = time.perf_counter()
    answer = summarize(text)
    return Call(time.perf_counter() - start, answer["seconds"], answer["queue_seconds"])


def _overhead(url: str, summarizer: Summarizer, beams: int, texts: Sequence[str]) -> dict[str, Any]:
    """All ways side by side on each text, in rotated order."""
    clients = {
        "overhead": gradio_client(url, summarizer.name, beams),
        "usual_client": gradio_client(url, summarizer.name, beams, usual=True),
        "plain_http": plain_http(url, summarizer.name, beams),
    }
    calls: dict[str, list[Call]] = {way: [] for way in clients}
    directly: list[float] = []
    for index in range(-1, len(texts)):  # the first round is a warm-up
        text = texts[max(index, 0)]
        for way in _rotated([*clients, None], index):
            if way is None:
                directly.append(_direct(summarizer, beams, text))
            else:
                calls[way].append(timed(clients[way], text))
        if (index + 1) % 20 == 0:
            log.info("%d beams: text %d of %d", beams, index + 1, len(texts))
    lean = calls["overhead"][1:]
    pairs = zip(lean, directly[1:], strict=True)
    return {
        "engine": spread([call.engine for call in lean]).as_dict(),
        **{way: spread([call.overhead for call in found[1:]]).as_dict() for way, found in calls.items()},
        "over_direct": spread([call.round_trip - alone for call, alone in pairs]).as_dict(),
    }


def _rotated(ways: Sequence[str | None], turn: int) -> list[str | None]:
    start = turn % len(ways)
    return [*ways[start:], *ways[:start]]


def _direct(summarizer: Summarizer, beams: int, text: str) -> float:
    start = time.perf_counter()
    summarizer.summarize(text, Decoding(beams=beams))
    return time.perf_counter() - start


def _crowd(url: str, model: str, beams: int, texts: Sequence[str], users: int) -> dict[str, Any]:
    """So many clients at once, each with its share of the texts."""
    clients = [gradio_client(url, model, beams) for _ in range(users)]
    each = max(1, len(texts) // users)
    together = Barrier(users)

    def visit(number: int) -> list[Call]:
        try:
            timed(clients[number], texts[0])
            together.wait()
        except BrokenBarrierError:
            return []  # another client failed, which is raised below
        except BaseException:
            together.abort()  # else the others would wait for this one for ever
            raise
        share = islice(cycle(texts), number * each, (number + 1) * each)
        return [timed(clients[number], text) for text in share]

    with ThreadPoolExecutor(users) as pool:
        visits = list(pool.map(visit, range(users)))
    calls = [call for visit in visits for call in visit]
    log.info("%d beams, %d users: %d calls", beams, users, len(calls))
    return {
        "users": users,
        "round_trip": spread([call.round_trip for call in calls]).as_dict(),
        "waited": spread([call.waited for call in calls]).as_dict(),
        "engine": spread([call.engine for call in calls]).as_dict(),
        "overhead": spread([call.overhead for call in calls]).as_dict(),
        "calls_per_second": len(calls) / max(sum(call.round_trip for call in visit) for visit in visits),
    }


def app_table(result: dict[str, Any]) -> str:
    """The result for people to read, in milliseconds."""
    lines = [f"{result['model']} through {result['app']}, milliseconds: median (p95)"]
    for row in result["overhead"]:
        lines.append(
            f"{row['beams']} beams: engine {_said(row['engine'])}; "
            f"app and client add {_said(row['overhead'])}, "
            f"with a client that checks certificates {_said(row['usual_client'])}, by plain HTTP "
            f"{_said(row['plain_http'])}; round trip less a direct call {_said(row['over_direct'])}"
        )
    lines.append("beams users   " + "".join(f"{name:18}" for name in _COLUMNS) + "calls/s")
    for row in result["users"]:
        cells = "".join(f"{_said(row[key]):18}" for key in _COLUMNS.values())
        lines.append(f"{row['beams']:5} {row['users']:5}   {cells}{row['calls_per_second']:.1f}")
    return "\n".join(lines)


def _said(figures: dict[str, Any]) -> str:
    found = Spread(**figures)
    p95 = "under 20 runs" if found.p95 is None else f"{found.p95 * 1000:.0f}"
    return f"{found.median * 1000:.0f} ({p95})"
