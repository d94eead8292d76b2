"""The file with the votes: many at once, killed, closed in between, broken, full."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from distill import votes
from distill.errors import DistillError
from distill.votes import Poll, store
from models.settings import Settings
from tests.distill.votes.conftest import MODELS

ROOT = Path(__file__).parents[3]
VOTERS = 200
PROCESSES, KILLED = 4, 3


def start(settings: Settings, poll: Poll, part: int) -> subprocess.Popen[str]:
    """A process with its part of the voters."""
    per = VOTERS // PROCESSES
    command = [sys.executable, "-m", "tests.distill.votes.voters", str(settings.home), poll.poll_id]
    command += [str(part * per), str(per)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def killed(process: subprocess.Popen[str], after: int) -> list[str]:
    """What was accepted up to a `kill -9` after so many votes; the last line may be torn."""
    assert process.stdout
    heard = [process.stdout.readline() for _ in range(after)]
    process.kill()
    heard += process.stdout
    assert process.wait() == -9
    return [line for line in heard if line.endswith("\n")]


def kept(settings: Settings) -> list[str]:
    """All votes of the file, as the voters said them."""
    with store.reading(settings) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        rows = connection.execute("SELECT person, text, answer FROM votes")
        return [f"{row['person']} {row['text']} {row['answer']}\n" for row in rows]


def test_of_200_voters_at_once_each_accepted_vote_is_there_once_though_writers_are_killed(
    evaluated: str, settings: Settings
) -> None:
    poll = votes.create(evaluated, settings, MODELS[:2], texts=2)
    processes = [start(settings, poll, part) for part in range(PROCESSES)]
    said = [line for part in range(KILLED) for line in killed(processes[part], after=8 * (part + 1))]
    processes += [start(settings, poll, part) for part in range(KILLED)]  # they come back
    assert len(set(said)) == len(said)
    assert len(said) < KILLED * VOTERS // PROCESSES * poll.texts  # they were killed at work
    assert set(said) <= set(kept(settings))
    for process in processes[KILLED:]:
        assert process.stdout
        said += process.stdout
        assert process.wait() == 0
    found = kept(settings)
    assert len(found) == len(set(found)) == VOTERS * poll.texts
    assert set(said) == set(found)


def test_many_begin_the_file_together(settings: Settings) -> None:
    with ThreadPoolExecutor(32) as threads:
        assert list(threads.map(lambda _: votes.all_polls(settings), range(32))) == [[]] * 32

        def begin(_: int) -> bool:
            with store.writing(settings) as connection:
                return connection.in_transaction

        assert all(threads.map(begin, range(32)))


def test_an_error_leaves_nothing_of_its_transaction(poll: Poll, settings: Settings) -> None:
    def fail() -> None:
        with store.writing(settings) as connection:
            connection.execute("UPDATE polls SET closed = 1")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert votes.find(poll.poll_id, settings) == poll


def test_a_file_that_holds_something_else_is_left_alone(settings: Settings) -> None:
    file = store.file(settings)
    file.parent.mkdir()
    file.write_text("my diary, which is longer than the head of a database " * 20)
    with pytest.raises(DistillError, match="cannot be read: file is not a database"):
        votes.all_polls(settings)
    assert file.read_text().startswith("my diary")


def test_a_full_disk_and_a_long_wait_are_sentences(
    poll: Poll, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill() -> None:
        with store.writing(settings) as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={pages}")
            connection.execute("UPDATE polls SET evaluation = ?", ("x" * 1_000_000,))

    with pytest.raises(DistillError, match="cannot be used: database or disk is full"):
        fill()
    assert votes.find(poll.poll_id, settings) == poll
    monkeypatch.setattr(store, "PATIENCE", 0.01)
    other = sqlite3.connect(store.file(settings), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DistillError, match="please try again"):
        votes.close(poll.poll_id, settings)
    other.close()
    assert votes.close(poll.poll_id, settings).closed
