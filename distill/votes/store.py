"""The file with all votes: SQLite, for many threads and processes at once.

A write is one transaction, and is on the disk once it has returned: a process that is killed takes nothing
that was accepted with it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distill.errors import DistillError
from models.settings import Settings, make_home

PATIENCE = 30.0
"""Seconds that a writer waits for the others."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS polls (
    poll TEXT PRIMARY KEY, evaluation TEXT NOT NULL, created REAL NOT NULL, models TEXT NOT NULL,
    scales INTEGER NOT NULL, closed INTEGER NOT NULL DEFAULT 0, shown INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS texts (
    poll TEXT NOT NULL, text INTEGER NOT NULL, document TEXT NOT NULL, summaries TEXT NOT NULL,
    PRIMARY KEY (poll, text));
CREATE TABLE IF NOT EXISTS votes (
    poll TEXT NOT NULL, person TEXT NOT NULL, text INTEGER NOT NULL, answer TEXT NOT NULL,
    ratings TEXT NOT NULL, voted REAL NOT NULL, PRIMARY KEY (poll, person, text));
CREATE TABLE IF NOT EXISTS seeds (poll TEXT PRIMARY KEY, seed TEXT NOT NULL);
"""
_NEWEST = "seeds"  # a table; a file without it is a new one, or of an earlier version


def file(settings: Settings) -> Path:
    """Where the votes are."""
    return settings.home / "votes.sqlite"


@contextmanager
def reading(settings: Settings) -> Iterator[sqlite3.Connection]:
    """A view of the file as it is now.

    Raises:
        DistillError: It cannot be read.
    """
    with _open(settings) as connection:
        yield connection


@contextmanager
def writing(settings: Settings) -> Iterator[sqlite3.Connection]:
    """A transaction of its own: all of it is kept, or on an error none.

    Raises:
        DistillError: It cannot be written.
    """
    with _open(settings) as connection:
        connection.execute("BEGIN IMMEDIATE")  # from here on nobody else writes
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


@contextmanager
def _open(settings: Settings) -> Iterator[sqlite3.Connection]:
    path = file(settings)
    make_home(settings.home)
    try:
        connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA synchronous=FULL")
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name=?", (_NEWEST,)).fetchone():
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(_SCHEMA)
            yield connection
        finally:
            connection.close()
    except sqlite3.OperationalError as problem:
        if "locked" in str(problem) or "busy" in str(problem):
            raise DistillError("Too many people vote at this moment: please try again.") from problem
        raise DistillError(f"The votes in {path} cannot be used: {problem}.") from problem
    except sqlite3.DatabaseError as problem:
        raise DistillError(
            f"The votes in {path} cannot be read: {problem}. Move the file away to begin anew."
        ) from problem
