"""Raw rows out of files and hub data sets: a table with its columns, and the wanted cells of each row."""

import csv
import gzip
import io
import json
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from distill.errors import BadData, NoSuchSplit
from distill.separated import read_separated

FILE_KINDS = {".csv": "csv", ".tsv": "csv", ".jsonl": "json", ".json": "json", ".parquet": "parquet"}
_NO_SPLIT = re.compile("(Unknown|Bad) split")  # how the library says so
_KINDS = "a csv, jsonl or parquet file"
_FIRST = 100  # objects whose keys are a jsonl file's columns: not every object need have them all
_PEEK = 4096  # bytes that tell whether a file is text


@dataclass(frozen=True)
class Broken:
    """A row that has no cells: why, and how it begins."""

    why: str
    begins: str


Row = list[Any] | Broken


@dataclass(frozen=True)
class Table:
    """Rows with columns.

    Args:
        columns: Their names, in the file's order; two may be alike.
        rows: Reads the cells of the columns at these places, row by row. It can be called once.
    """

    columns: list[str]
    rows: Callable[[Sequence[int]], Iterator[Row]]


@dataclass(frozen=True)
class HubData:
    """A data set of the Hugging Face hub whose columns are known."""

    path: str
    document: str
    summary: str
    config: str | None = None
    revision: str | None = None


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """The table in a csv, jsonl or parquet file, the first two also gzipped; read while it is open.

    Raises:
        BadData: It is none of these, or cannot be read.
    """
    suffixes = path.name.lower().removesuffix(".gz")
    kind = FILE_KINDS.get(Path(suffixes).suffix)
    if kind is None:
        raise BadData(f"{path.name} is not {_KINDS}.")
    try:
        if kind == "parquet":
            with _parquet(path) as table:
                yield table
        else:
            with _text(path) as text:
                yield _separated(text) if kind == "csv" else _json(text)
    except UnicodeError as error:
        raise BadData(
            f"{path.name} is not UTF-8 text. Save it as UTF-8; a spreadsheet calls that “CSV UTF-8”."
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
    return _of_objects(iter(rows))


def first_line(error: Exception) -> str:
    """What an error says, in one line; its kind where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


@contextmanager
def _text(path: Path) -> Iterator[IO[str]]:
    opened: Any = gzip.open if path.suffix.lower() == ".gz" else open
    with opened(path, "rb") as binary:
        if b"\0" in binary.read(_PEEK):  # UTF-16, or no text at all
            raise UnicodeError
        binary.seek(0)
        with io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text:
            yield text


def _separated(text: IO[str]) -> Table:
    csv.field_size_limit(sys.maxsize)  # the default refuses an article of 131072 characters
    header, rows = read_separated(text)

    def chosen(places: Sequence[int]) -> Iterator[Row]:
        for row, unclosed in rows:
            if unclosed:
                yield Broken("with a quotation mark that nothing closes", row[0])
            elif len(row) != len(header):
                yield Broken("with another number of cells than the first line", row[0])
            else:
                yield [row[place] for place in places]

    return Table(header, chosen)


def _json(text: IO[str]) -> Table:
    """One object a line, or one array of objects."""
    lines = (line for physical in text for line in physical.splitlines() if line.strip())
    first = next(lines, "")
    if first.lstrip().startswith("["):
        whole = _parsed("".join(chain([first], lines)))
        if isinstance(whole, list) and all(isinstance(each, dict) for each in whole):
            return _of_objects(iter(whole))
        if isinstance(whole, list):
            return _of_objects(_object(json.dumps(each)) for each in whole)
    return _of_objects(map(_object, chain([first] if first else [], lines)))


def _object(line: str) -> dict[str, Any] | Broken:
    value = _parsed(line.rstrip().removesuffix(","))
    return value if isinstance(value, dict) else Broken("that is no JSON object", line)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _of_objects(objects: Iterator[Any]) -> Table:
    first = list(islice(objects, _FIRST))
    columns = list(dict.fromkeys(str(key) for each in first if isinstance(each, dict) for key in each))

    def chosen(places: Sequence[int]) -> Iterator[Row]:
        names = [columns[place] for place in places]
        for each in chain(first, objects):
            yield [each.get(name) for name in names] if isinstance(each, dict) else each

    return Table(columns, chosen)


@contextmanager
def _parquet(path: Path) -> Iterator[Table]:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            schema = file.schema_arrow

            def chosen(places: Sequence[int]) -> Iterator[Row]:
                # Only these are turned into values: a date that Python cannot hold is nobody's business.
                names = list(dict.fromkeys(schema.names[place] for place in places))
                for batch in file.iter_batches(batch_size=1000, columns=names):
                    read = [batch.column(batch.schema.names.index(schema.names[place])) for place in places]
                    yield from map(list, zip(*(column.to_pylist() for column in read), strict=True))

            yield Table(schema.names, chosen)
    except (ArrowException, OverflowError, ValueError) as error:
        if isinstance(error, UnicodeError):
            raise
        raise BadData(f"{path.name} cannot be read as parquet: {first_line(error)}.") from error
