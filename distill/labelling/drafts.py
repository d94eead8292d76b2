"""The drafts of a labelling on disk: a header line, then one line per text, written in whole chunks."""

import fcntl
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from distill.errors import RunConflict


class DraftJournal:
    """A jsonl file of drafts, open and locked from its making until `close`.

    Args:
        path: The file, made if need be.

    Raises:
        RunConflict: Another process has it open.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise RunConflict(
                f"Another labelling is writing {path.name}: wait for it, or name a new file."
            ) from None

    def __enter__(self) -> "DraftJournal":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, header: dict[str, Any], chunk: int) -> list[list[str]]:
        """The drafts of each text so far; what lies behind the last whole chunk is cut off.

        Args:
            header: What the drafts come from; written where the journal is new.
            chunk: Texts in a chunk; the last chunk may be shorter, its end being `header["texts"]`.

        Raises:
            RunConflict: The journal has another header, or none.
        """
        self._file.seek(0)
        first = self._file.readline()
        ours = _line(header).startswith(first) or "data_sha256" in (_parsed(first) or {})
        if ours and not self._file.read(1):  # new, or ended before anything was drafted
            self._file.truncate(0)
            self._write([header])
            return []
        self._check(_parsed(first), header)
        self._file.seek(len(first))
        drafts: list[list[str]] = []
        whole, place, end = 0, len(first), len(first)
        for line in self._file:
            entry = _parsed(line)
            if entry is None:  # torn
                break
            place += len(line)
            drafts.append(entry["drafts"])
            if len(drafts) % chunk == 0 or len(drafts) == header["texts"]:
                whole, end = len(drafts), place
        self._file.truncate(end)
        return drafts[:whole]

    def append(self, first: int, drafts: Sequence[Sequence[str]]) -> None:
        """Write a chunk that begins with text number `first`."""
        self._write([{"text": first + place, "drafts": list(each)} for place, each in enumerate(drafts)])

    def _check(self, found: dict[str, Any] | None, header: dict[str, Any]) -> None:
        if found is None or "data_sha256" not in found:
            raise RunConflict(f"{self.path} is not a file of drafts; name another file for the summaries.")
        changed = ", ".join(name for name in header if found.get(name, header[name]) != header[name])
        if changed:
            raise RunConflict(
                f"{self.path.name} has the drafts of another labelling (different: {changed}). "
                "Name a new file, or delete that one."
            )

    def _write(self, entries: Sequence[dict[str, Any]]) -> None:
        self._file.write(b"".join(map(_line, entries)))
        self._file.flush()


def _line(entry: dict[str, Any]) -> bytes:
    return f"{json.dumps(entry)}\n".encode()


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
