"""Raw records out of files and hub data sets: one dict a row, None for a row that is broken."""

import csv
import gzip
import io
import json
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from distill.errors import BadData, NoSuchSplit

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


def file_records(path: Path) -> Iterator[dict[str, Any] | None]:
    """The rows of a csv, jsonl or parquet file, the first two also gzipped.

    Raises:
        BadData: It is none of these, or cannot be read.
    """
    suffixes = path.name.lower().removesuffix(".gz")
    kind = FILE_KINDS.get(Path(suffixes).suffix)
    if kind is None:
        raise BadData(f"{path.name} is not {_KINDS}.")
    read = {"csv": _csv_rows, "json": _json_lines, "parquet": _parquet_rows}[kind]
    try:
        yield from read(path)
    except UnicodeError as error:
        raise BadData(
            f"{path.name} is not UTF-8 text. Save it as UTF-8; a spreadsheet calls that “CSV UTF-8”."
        ) from error
    except (OSError, EOFError, csv.Error, zlib.error) as error:
        raise BadData(f"{path.name} cannot be read as {kind}: {first_line(error)}.") from error


def hub_records(data: HubData, split: str, advice: str, cache: Path | None) -> Iterator[Any]:
    """The rows of a hub data set, kept in `cache`; `advice` ends the message where it cannot be had.

    Raises:
        NoSuchSplit: It has no such split.
        BadData: It could not be loaded.
    """
    import datasets

    try:
        rows = datasets.load_dataset(
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
    yield from rows


def first_line(error: Exception) -> str:
    """What an error says, in one line; its kind where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _json_lines(path: Path) -> Iterator[dict[str, Any] | None]:
    with _binary(path) as lines:
        for number, line in enumerate(lines):
            if line.strip():
                yield _json_object(line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line)


def _json_object(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _csv_rows(path: Path) -> Iterator[dict[str, Any] | None]:
    """Rows with another number of cells than the header are broken. Spreadsheets also write `;` or tabs."""
    csv.field_size_limit(sys.maxsize)  # the default refuses an article of 131072 characters
    with _binary(path) as binary, io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text:
        first = text.readline()
        text.seek(0)
        rows = csv.reader(text, delimiter=max(",;\t", key=first.count))
        header = next(rows, [])
        if any("\0" in name for name in header):
            raise csv.Error("it is not text")
        for row in rows:
            if row:
                yield dict(zip(header, row, strict=True)) if len(row) == len(header) else None


def _parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1000):
                yield from batch.to_pylist()
    except ArrowException as error:
        raise BadData(f"{path.name} cannot be read as parquet: {first_line(error)}.") from error


def _binary(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # pyright: ignore[reportReturnType]
