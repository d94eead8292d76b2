"""Examples to learn from: which data set or file, which columns, which rows are usable."""

import logging
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from distill.config import RunConfig
from distill.data.columns import choose_columns
from distill.data.examples import Example, Examples, collect
from distill.data.records import HubData, hub_table, open_table
from distill.data.table import Table
from distill.errors import BadData, NoSuchSplit
from models.settings import Settings

log = logging.getLogger(__name__)
BUILT_IN = "built-in"
_WAY_OUT = f"Without a network use {BUILT_IN} or a file."
_NEEDED = (
    "A row needs a text, of a million characters at most, and its summary, each as one string;"
    " a jsonl file has one object per line."
)
SAMPLES = Path(__file__).parent / "samples"

HUB_DATASETS = {
    "cnn_dailymail": HubData("abisee/cnn_dailymail", "article", "highlights", config="3.0.0"),
    # The original is a script, which `datasets` no longer runs; the hub keeps a converted copy.
    "xsum": HubData("EdinburghNLP/xsum", "document", "summary", revision="refs/convert/parquet"),
    "samsum": HubData("knkarthick/samsum", "dialogue", "summary"),
}


def load(
    source: str,
    *,
    split: str = "train",
    document_column: str | None = None,
    summary_column: str | None = None,
    limit: int | None = None,
    sample_seed: int | None = None,
    summary_optional: bool = False,
    settings: Settings | None = None,
    keep: bool = True,
) -> Examples:
    """Read examples.

    Args:
        source: `built-in`, a name of `HUB_DATASETS`, any other hub data set's id, or a csv, jsonl or parquet
            file (csv and jsonl also gzipped).
        split: Of the built-in set and of hub sets: `train` or `validation`.
        document_column, summary_column: By default the first column with a usual name.
        limit: Stop after this many usable rows.
        sample_seed: Draw the rows at random instead, by this seed: many data sets are sorted. Reads all.
        summary_optional: Keep rows without a summary (texts to label).
        settings: Who is asking, and where hub sets are kept; None allows any source and uses the library's
            folder.
        keep: Whether to keep the rows, or only to count them.

    Raises:
        BadData: The source may not be named here (see `check_allowed`), does not exist or cannot be read,
            lacks a column, has no usable row, or more than the memory may hold.
    """
    check_allowed(source, settings)
    hub = HUB_DATASETS.get(source)
    document = document_column or (hub.document if hub else None)
    summary = summary_column or (hub.summary if hub else None)
    first = limit if sample_seed is None else None
    table = _open(source, split, settings)
    columns = choose_columns(table.columns, document, summary, summary_optional) if table.columns else None
    examples = collect(table, columns, first, summary_optional, keep)
    if sample_seed is not None:
        wanted = min(limit or len(examples.rows), len(examples.rows))
        examples = replace(examples, rows=random.Random(sample_seed).sample(examples.rows, wanted))
    if not examples.usable:
        raise BadData(f"{Path(source).name} has no usable row: {examples.note}. {_NEEDED}")
    return examples


def _open(source: str, split: str, settings: Settings | None) -> Table:
    path = SAMPLES / f"{split}.jsonl" if source == BUILT_IN else _file(source)
    if path:
        return open_table(path)
    cache = settings.datasets if settings else None
    return hub_table(HUB_DATASETS.get(source) or _unknown(source), split, _WAY_OUT, cache)


def load_unseen(source: str, **options: Any) -> Examples:
    """Examples to judge with: those of the validation split, or of `train` where there is no other.

    Options and errors as for `load`.
    """
    try:
        return load(source, split="validation", **options)
    except NoSuchSplit:
        log.warning("%s has no validation split; its training split is used.", source)
        return load(source, split="train", **options)


def has_validation_split(source: str) -> bool:
    """Whether the data bring rows to validate on: else some are set aside."""
    return source == BUILT_IN or source in HUB_DATASETS


def check_allowed(source: str | Path, settings: Settings | None) -> None:
    """The guard of all data: where custom models are off, strangers cannot name files on this machine.

    Raises:
        BadData: This user may not read it. The message is the same whether or not it exists.
    """
    known = (BUILT_IN, *HUB_DATASETS)
    if settings is not None and source not in known and not settings.may_read(source):
        raise BadData(
            f"This server learns from {', '.join(known)} or an uploaded file (ALLOW_CUSTOM_MODELS=0)."
        )


def read_columns(path: str | Path, settings: Settings | None = None) -> list[str]:
    """The columns of a csv, jsonl or parquet file; settings and errors as for `load`."""
    check_allowed(path, settings)
    if columns := open_table(Path(path)).columns:
        return columns
    raise BadData(f"{Path(path).name} has no rows.")


def describe(source: str, config: RunConfig, settings: Settings) -> str:
    """One line on what a run would read of a file: columns, rows, what is left out and why; else nothing.

    Raises:
        BadData: It cannot be used.
    """
    check_allowed(source, settings)
    path = _file(source)
    if path is None:
        return ""
    now = path.stat()
    columns = (config.document_column, config.summary_column)
    return _described(str(path), (now.st_mtime_ns, now.st_size), columns, not config.has_references)


@lru_cache(maxsize=16)  # a form asks at each change, and a file may have a million rows
def _described(
    path: str, changed: tuple[int, int], columns: tuple[str | None, str | None], summary_optional: bool
) -> str:
    document, summary = columns
    options = {"document_column": document, "summary_column": summary, "summary_optional": summary_optional}
    return load(path, **options, keep=False).note  # the page's process has no memory for them


def split_off(examples: Examples, validation: int, seed: int) -> tuple[list[Example], list[Example]]:
    """Shuffle by seed and set `validation` rows aside (a fifth at most); none of their texts is trained on.

    Raises:
        BadData: All rows have one text.
    """
    rows = list(examples.rows)
    random.Random(seed).shuffle(rows)
    aside = max(1, min(validation, len(rows) // 5))
    if aside < validation:
        log.info(
            "Of %d examples %d are used to validate, not %d: a fifth at most.", len(rows), aside, validation
        )
    held_out, rest = rows[:aside], rows[aside:]
    texts = {row.document for row in held_out}
    train = [row for row in rest if row.document not in texts]
    if not train:
        raise BadData(
            "One text cannot be split into training and validation; give more, or a validation file."
        )
    if len(train) < len(rest):
        log.info("%d examples repeat a validation text and are left out.", len(rest) - len(train))
    return train, held_out


def warn_of_shared(train: Sequence[Example], held_out: Sequence[Example]) -> None:
    """Warn if a student would be judged on texts it was trained on."""
    texts = {row.document for row in train}
    shared = sum(row.document in texts for row in held_out)
    if shared:
        log.warning(
            "%d of %d validation texts are also trained on: the scores look better than they are.",
            shared,
            len(held_out),
        )


def _unknown(source: str) -> HubData:
    if Path(source).suffix or source.count("/") != 1:
        known = ", ".join([BUILT_IN, *HUB_DATASETS])
        raise BadData(
            f"There is no data {source!r}: use {known}, a hub id such as owner/name, or an existing file."
        )
    return HubData(source, "", "")


def _file(source: str) -> Path | None:
    try:
        path = Path(source).expanduser()
        if source and path.is_dir():
            raise BadData(f"{source} is a folder: name a csv, jsonl or parquet file in it.")
        return path if path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # too long, a NUL in it, a home nobody has
        return None


def take(rows: Iterable[Example], limit: int | None) -> list[Example]:
    """The first `limit` rows, or all."""
    return list(islice(rows, limit))
