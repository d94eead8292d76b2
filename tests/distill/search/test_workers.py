"""Real workers in processes of their own, killed: every slot of the budget ends once all the same."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from distill.search import slots
from distill.search.folder import Search
from models.settings import Settings
from tests.distill.helpers import ROOT, wait_for
from tests.distill.search.fake import ended_once, new

_begun: list[Any] = []


@pytest.fixture(autouse=True)
def nobody_is_left() -> Iterator[None]:
    """A worker that waits would outlive a test that fails."""
    yield
    while _begun:
        worker = _begun.pop()
        worker.kill()
        worker.communicate()


def _begin(search: Search, home: Path, *rest: str, url: str = "", role: str = "join") -> Any:
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.distill.search.fake", str(home), search.search_id, role, url, *rest],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Who starts the tests in the background ignores this signal, and so would they.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    _begun.append(worker)
    return worker


def _read_until(worker: Any, word: str) -> str:
    """The last field of the first line of a worker that begins with this word."""
    for line in worker.stdout:
        if line.startswith(word):
            return line.split()[-1]
    raise AssertionError(worker.stderr.read())


def _three_workers_one_killed(search: Search, home: Path, url: str = "") -> str:
    """The first waits in its second candidate until it is killed; the others end the search; their words."""
    victim = _begin(search, home, "1", url=url, role="first")
    number = int(_read_until(victim, "waiting"))
    others = [_begin(search, home, url=url) for _ in range(2)]
    for other in others:
        _read_until(other, "tried")
    os.kill(victim.pid, signal.SIGKILL)
    said = [f"killed at candidate {number}"]
    for worker in (*others, victim):
        out, err = worker.communicate(timeout=300)
        assert worker is victim or worker.returncode == 0, err
        said.append(f"worker {worker.pid}, exit {worker.returncode}: {out.count('tried')} more candidates")
    queue = search.queue()
    assert ended_once(queue)
    trials = queue.trials()
    assert trials[number].state.name == "FAIL"
    again = slots.outcomes(trials)[trials[number].user_attrs["slot"]]
    assert again.number != number
    assert again.params == trials[number].params
    status = search.status()
    assert (status["status"], status["done"], status["workers"]) == ("finished", queue.plan.trials, 0)
    return "; ".join([*said, f"{len(trials)} trials in the storage", str(status)])


def test_three_workers_of_which_one_is_killed(settings: Settings) -> None:
    _three_workers_one_killed(new(settings, trials=12, seed=7, heartbeat=1, grace=20), settings.home)


def kill_at_random(search: Search, home: Path, kills: int, seed: int) -> None:
    """Kill workers after so many candidates each as chance has it, and begin new ones, two at a time."""
    generator = random.Random(seed)
    workers = [_begin(search, home) for _ in range(2)]
    for _ in range(kills):
        worker = workers.pop(0)
        for _ in range(generator.randint(1, 3)):
            _read_until(worker, "tried")
        worker.kill()
        worker.communicate()
        workers.append(_begin(search, home))
    for worker in workers:
        _, err = worker.communicate(timeout=300)
        assert worker.returncode == 0, err


def test_killed_again_and_again_nothing_is_lost_or_counted_twice(settings: Settings) -> None:
    search = new(settings, trials=60, heartbeat=1, grace=20)
    seed = random.randrange(1000)
    print("seed", seed)
    kill_at_random(search, settings.home, 3, seed)
    assert ended_once(search.queue())


def test_terminated_it_leaves_its_candidate_to_others(settings: Settings) -> None:
    search = new(settings, trials=4, heartbeat=1, grace=20)
    worker = _begin(search, settings.home, "1")
    _read_until(worker, "waiting")
    worker.send_signal(signal.SIGINT)
    _, err = worker.communicate(timeout=300)
    assert worker.returncode != 0, err
    stopped = [trial for trial in search.queue().trials() if trial.user_attrs.get("why") == "stopped"]
    assert len(stopped) == 1
    other = _begin(search, settings.home)
    other.communicate(timeout=300)
    assert ended_once(search.queue())


def _binaries() -> Path | None:
    """Where PostgreSQL's server is: on the path, or where Debian puts it."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "postgres").exists()), None)


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[str]:
    """The URL of a PostgreSQL server of its own, on a free port."""
    pytest.importorskip("psycopg")
    place = _binaries()
    if place is None:
        pytest.skip("PostgreSQL's server is not installed")
    root = os.geteuid() == 0  # the server refuses to run as root
    data = Path(f"/tmp/postgres-{os.getpid()}") if root else tmp_path / "postgres"
    data.mkdir(mode=0o700)
    before = []
    if root:
        shutil.chown(data, "postgres")
        before = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def call(name: str, *arguments: str) -> None:
        answer = subprocess.run(
            [*before, str(place / name), "-D", str(data / "db"), *arguments],
            capture_output=True, text=True, check=False, cwd="/tmp", timeout=120,
        )  # fmt: skip
        assert answer.returncode == 0, answer.stdout + answer.stderr

    try:
        call("initdb", "-A", "trust", "-U", "studio", "-E", "UTF8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        call("pg_ctl", "-w", "-l", str(data / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://studio@127.0.0.1:{port}/postgres"
        finally:
            call("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(data, ignore_errors=True)


def test_three_workers_on_postgresql_of_which_one_is_killed(postgres: str, tmp_path: Path) -> None:
    """As on machines of their own: only the storage tells them that one gives no sign of life any more."""
    settings = Settings(home=tmp_path, threads=1)
    search = new(settings, postgres, trials=12, seed=7, heartbeat=1, grace=5)
    print(_three_workers_one_killed(search, settings.home, postgres))
    assert wait_for(lambda: search.status()["status"] == "finished")
