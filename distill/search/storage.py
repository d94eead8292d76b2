"""Open the Optuna storage that a search is kept in, and say in plain words where that fails."""

import fcntl
import os
import re
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import optuna
import sqlalchemy.exc
from optuna.storages import RDBStorage

from distill.errors import BadConfig, DistillError, RunConflict

FORMAT = 1
"""To be raised when a study is written otherwise than before."""
_PAUSE = 0.1  # seconds, in which another one makes a table
_PATIENCE = 60  # seconds that a writer waits for others, in SQLite


class StorageLost(DistillError):
    """The storage cannot be reached."""


def sqlite(file: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{file.resolve()}"


def shown(url: str) -> str:
    """A URL without its password."""
    try:
        return sqlalchemy.make_url(url).render_as_string(hide_password=True)
    except (sqlalchemy.exc.ArgumentError, ValueError):  # no URL, but there may be a password in it
        return repr(re.sub(r":[^:@/]*@", ":***@", url))


def open_storage(url: str, heartbeat: int, grace: int) -> RDBStorage:
    """Open a storage, and make its tables where it has none.

    Raises:
        BadConfig: The URL is none, or its driver is not installed.
        StorageLost: It cannot be reached.
        RunConflict: Another version of Optuna wrote it.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    options: dict[str, Any] = {"pool_pre_ping": True}
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": _PATIENCE}
    try:
        with warnings.catch_warnings(), reachable(url):
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return _opened(url, options, heartbeat, grace)
    except (sqlalchemy.exc.ArgumentError, ImportError, ValueError) as error:
        raise BadConfig(
            f"The storage {shown(url)} cannot be used: {_first_line(error)}. Use a URL such as"
            " postgresql+psycopg://user@host/database and install its driver, or leave storage out for a file"
            " in the search's folder."
        ) from error
    except RuntimeError as error:  # Optuna's word for tables of another version
        raise RunConflict(
            f"The storage {shown(url)} belongs to another version of Optuna ({_first_line(error)}). Name"
            " another storage, or upgrade it: optuna storage upgrade --storage URL."
        ) from error


def _opened(url: str, options: dict[str, Any], heartbeat: int, grace: int) -> RDBStorage:
    """It, where others may be making its tables at this moment, who stand in each other's way."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return RDBStorage(url, options, heartbeat_interval=heartbeat, grace_period=grace)
        except sqlalchemy.exc.DBAPIError as error:
            made = isinstance(error, sqlalchemy.exc.IntegrityError) or "already exists" in str(error)
            if not made or time.monotonic() > until:
                raise
            time.sleep(_PAUSE)


@contextmanager
def reachable(url: str) -> Iterator[None]:
    """What the database's driver says where the storage is out of reach, as a `StorageLost`."""
    try:
        yield
    except (sqlalchemy.exc.DBAPIError, optuna.exceptions.StorageInternalError) as error:
        cause = error.__cause__ if isinstance(error, optuna.exceptions.StorageInternalError) else error
        said = _first_line(getattr(cause, "orig", cause) or error)
        raise StorageLost(
            f"The storage {shown(url)} cannot be reached: {said}."
            " See that its server runs and that its folder can be written to; nothing is lost."
        ) from error


@contextmanager
def one_at_a_time(url: str) -> Iterator[None]:
    """Alone among this storage's workers, where it is SQLite: there two may take the same trial, as nothing
    locks the row between Optuna's look at it and its change."""
    file = sqlalchemy.make_url(url).database if url.startswith("sqlite") else None
    if not file:
        yield
        return
    lock = os.open(f"{file}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)  # which lets go of it


def check_format(attributes: Mapping[str, Any], name: str, url: str) -> None:
    """See that a study is a search of this version.

    Raises:
        RunConflict: It is something else.
    """
    found = attributes.get("format")
    if found != FORMAT:
        what = "no search of this studio" if found is None else f"a search of another version ({found})"
        raise RunConflict(
            f"{name} in {shown(url)} is {what}; this version reads {FORMAT}. Start a new search."
        )


def _first_line(error: Any) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")
