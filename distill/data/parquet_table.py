"""Parquet as a table: only the wanted columns are turned into Python values."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from distill.data.table import Row, Table
from distill.errors import BadData

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

_AT_ONCE = 8  # rows: a small file may repeat a long text in each


def parquet_table(path: Path) -> Table:
    """The rows of a file.

    Beside its texts it may hold dates that Python has no value for, or images that fill the memory.
    """
    with _opened(path) as file:
        columns = list(file.schema_arrow.names)

    def rows(wanted: Sequence[int]) -> Iterator[Row]:
        names = [columns[place] for place in wanted]
        with _opened(path) as file:
            for batch in file.iter_batches(batch_size=_AT_ONCE, columns=list(dict.fromkeys(names))):
                there = batch.schema.names  # a name may stand there twice
                cells = [batch.column(_place(columns, place, there)) for place in wanted]
                for row in range(batch.num_rows):
                    yield tuple(column[row].as_py() for column in cells)

    return Table(columns, rows)


@contextmanager
def _opened(path: Path) -> Iterator["ParquetFile"]:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            yield file
    except (ArrowException, OverflowError, ValueError) as error:
        if isinstance(error, UnicodeError):
            raise
        why = str(error).strip().splitlines()[0].rstrip(".")
        raise BadData(f"{path.name} cannot be read as parquet: {why}.") from error


def _place(columns: Sequence[str], wanted: int, read: Sequence[str]) -> int:
    """Where a column of the file is among those that were read, each of them as often as in the file."""
    name = columns[wanted]
    same = [place for place, other in enumerate(read) if other == name]
    return same[columns[:wanted].count(name)]
