"""Raw rows out of files and hub data sets: a table with its columns, and the wanted cells of each row."""

import csv
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distill.data.csv_table import csv_table
from distill.data.json_table import json_table
from distill.data.parquet_table import parquet_table
from distill.data.table import Row, Table, beginning
from distill.errors import BadData, NoSuchSplit

_READERS = {"csv": csv_table, "json": json_table, "parquet": parquet_table}
FILE_KINDS = {".csv": "csv", ".tsv": "csv", ".jsonl": "json", ".json": "json", ".parquet": "parquet"}
_NO_SPLIT = re.compile("(Unknown|Bad) split")  # how the library says so
_KINDS = "a csv, jsonl or parquet file"


@dataclass(frozen=True)
class HubData:
    """A data set of the Hugging Face hub whose columns are known."""

    path: str
    document: str
    summary: str
    config: str | None = None
    revision: str | None = None


def open_table(path: Path) -> Table:
    """The table in a csv, jsonl, json or parquet file, all but the last also gzipped.

    Raises:
        BadData: It is none of these, or cannot be read; for later rows, when they are reached.
    """
    kind = FILE_KINDS.get(Path(path.name.lower().removesuffix(".gz")).suffix)
    if kind is None:
        raise BadData(f"{path.name} is not {_KINDS}.")
    with _told(path, kind):
        table = _READERS[kind](path)

    def rows(wanted: Sequence[int]) -> Iterator[Row]:
        with _told(path, kind):
            yield from table.rows(wanted)

    return Table(table.columns, rows)


@contextmanager
def _told(path: Path, kind: str) -> Iterator[None]:
    """Say in one line why a file cannot be read."""
    try:
        yield
    except UnicodeError as error:
        before = error.object[: error.start][-60:] if isinstance(error, UnicodeDecodeError) else b""
        words = before.decode("utf-8", "ignore").split()[-4:]
        where = (
            f" The first character that is not comes after “{beginning(' '.join(words))}”." if words else ""
        )
        raise BadData(
            f"{path.name} is not UTF-8 text. Save it as UTF-8; a spreadsheet calls that “CSV UTF-8”.{where}"
        ) from error
    except (OSError, EOFError, csv.Error, zlib.error) as error:
        raise BadData(f"{path.name} cannot be read as {kind}: {first_line(error)}.") from error


def hub_table(data: HubData, split: str, advice: str, cache: Path | None) -> Table:
    """A hub data set, kept in `cache`; `advice` ends the message where it cannot be had.

    Raises:
        NoSuchSplit: It has no such split.
        BadData: It could not be loaded.
    """
    import datasets

    try:
        rows: Any = datasets.load_dataset(
            data.path,
            data.config,
            split=split,
            revision=data.revision,
            cache_dir=str(cache) if cache else None,
        )
    except Exception as error:  # every kind of network, hub and format error ends here
        why = first_line(error)[:200]
        kind = NoSuchSplit if isinstance(error, ValueError) and _NO_SPLIT.match(why) else BadData
        raise kind(f"The data set {data.path} could not be loaded: {why}. {advice}") from error
    columns = list(rows.column_names)

    def found(wanted: Sequence[int]) -> Iterator[Row]:
        names = [columns[place] for place in wanted]
        for row in rows.select_columns(names):
            yield tuple(row[name] for name in names)

    return Table(columns, found)


def first_line(error: Exception) -> str:
    """What an error says, in one line; its kind where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
