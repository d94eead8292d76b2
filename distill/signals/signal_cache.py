"""A bounded store of teacher signals on disk, shared by runs and by processes."""

import logging
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")

_PAGE_BYTES = 8192  # a row takes some kilobytes; much smaller pages would be half empty
_LOG_PAGES = 500  # the write-ahead log is folded into the file when it has this many
_PATIENCE_SECONDS = 60  # for another process to finish writing
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sources (source BLOB PRIMARY KEY, used REAL NOT NULL);
CREATE TABLE IF NOT EXISTS signals (source BLOB, key BLOB, value BLOB, PRIMARY KEY (source, key));
"""


class SignalStore:
    """One SQLite file of rows, each under the source it comes from and a key.

    A cache may lose rows, but must never lose a run: what cannot be read counts as missing, a broken file is
    begun anew, and where nothing can be written the store warns once and keeps quiet. When it is full, the
    rows of the sources that were used least recently go first; when only its own are left, nothing more is
    stored. (To drop the oldest of them would be worse: with epochs each row goes just before it is wanted
    again.)

    Args:
        path: The file; beside it SQLite keeps a log of a few megabytes while it is open.
        source: What made the rows: a hash of the teacher and of how it was asked.
        gigabytes: The file's largest size. One that is larger already is begun anew.
    """

    def __init__(self, path: Path, source: bytes, gigabytes: float) -> None:
        self._path, self._source = path, source
        self._pages = max(16, int(gigabytes * 1e9) // _PAGE_BYTES)
        self._connection: sqlite3.Connection | None = None
        self._off = self._full = self._rebuilt = False

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The values of those keys that are there."""
        marks = ",".join("?" * len(keys))
        query = f"SELECT key, value FROM signals WHERE source = ? AND key IN ({marks})"
        return self._attempt(lambda file: dict(file.execute(query, (self._source, *keys)).fetchall()), {})

    def put(self, rows: Mapping[bytes, bytes]) -> None:
        """Store all these rows, or none where there is no room."""
        while not self._full and self._attempt(lambda file: self._write(file, rows), True) is False:
            self._full = not self._attempt(self._evict, False)
            if self._full:
                log.warning(
                    "The cache of teacher signals is full; the rest is computed anew in each epoch."
                    " A larger cache_gigabytes would keep it."
                )

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _write(self, file: sqlite3.Connection, rows: Mapping[bytes, bytes]) -> bool:
        """False where the file has no room."""
        try:
            with file:
                file.execute("INSERT OR REPLACE INTO sources VALUES (?, ?)", (self._source, time.time()))
                file.executemany(
                    "INSERT OR REPLACE INTO signals VALUES (?, ?, ?)",
                    [(self._source, key, value) for key, value in rows.items()],
                )
        except sqlite3.OperationalError as error:
            if _code(error) == sqlite3.SQLITE_FULL:
                return False
            raise
        return True

    def _evict(self, file: sqlite3.Connection) -> bool:
        """Drop the other source that was used least recently; False where there is none."""
        oldest = "SELECT source FROM sources WHERE source != ? ORDER BY used LIMIT 1"
        found = file.execute(oldest, (self._source,)).fetchone()
        if found is None:
            return False
        with file:
            file.execute("DELETE FROM signals WHERE source = ?", found)
            file.execute("DELETE FROM sources WHERE source = ?", found)
        return True

    def _attempt(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        if self._off:
            return otherwise
        try:
            if self._connection is None:
                self._connection = self._open()
            return work(self._connection)
        except (sqlite3.Error, OSError) as error:
            return self._attempt(work, otherwise) if self._begun_anew(error) else otherwise

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = sqlite3.connect(self._path, timeout=_PATIENCE_SECONDS)
        try:
            file.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            _log_ahead(file)
            file.execute("PRAGMA synchronous = NORMAL")
            file.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
            [allowed] = file.execute(f"PRAGMA max_page_count = {self._pages}").fetchone()
            if allowed > self._pages:
                raise _TooLarge("it is larger than allowed")
            file.executescript(_SCHEMA)
            with file:
                file.execute("INSERT OR REPLACE INTO sources VALUES (?, ?)", (self._source, time.time()))
        except BaseException:
            file.close()
            raise
        return file

    def _begun_anew(self, error: Exception) -> bool:
        """Whether the failure is worth another try, on a new file."""
        code = _code(error)
        if code == sqlite3.SQLITE_BUSY:
            return False  # another process is writing something long; this row is not worth the wait
        self.close()
        if (code not in _BROKEN and not isinstance(error, _TooLarge)) or self._rebuilt:
            log.warning("Teacher signals are not cached: %s: %s.", self._path, error)
            self._off = True
            return False
        log.warning("The cache of teacher signals is begun anew: %s.", error)
        self._rebuilt = True
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        return True


def _log_ahead(file: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; unlike all else, this does not wait for another process that is doing
    it."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            file.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


class _TooLarge(sqlite3.Error):
    """The file outgrew a limit that was lowered since."""


def _code(error: Exception) -> int:
    """SQLite's primary result code; 1 where there is none."""
    return getattr(error, "sqlite_errorcode", 1) & 0xFF
