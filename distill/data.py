"""Examples to learn from: which data set or file, which columns, which rows are usable."""

import hashlib
import json
import logging
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from distill.errors import BadData, NoSuchSplit
from distill.records import HubData, file_records, hub_records
from models.settings import Settings
from models.text import CHARACTER_LIMIT, blank

log = logging.getLogger(__name__)
BUILT_IN = "built-in"
_WAY_OUT = f"Without a network use {BUILT_IN} or a file."
SAMPLES = Path(__file__).parent / "samples"

HUB_DATASETS = {
    "cnn_dailymail": HubData("abisee/cnn_dailymail", "article", "highlights", config="3.0.0"),
    # The original is a script, which `datasets` no longer runs; the hub keeps a converted copy.
    "xsum": HubData("EdinburghNLP/xsum", "document", "summary", revision="refs/convert/parquet"),
    "samsum": HubData("knkarthick/samsum", "dialogue", "summary"),
}
_DOCUMENT_NAMES = ("document", "article", "text", "dialogue", "body", "content")
_SHOWN, _LONGEST_NAME = 40, 80  # characters of a column's name
_SUMMARY_NAMES = ("summary", "highlights", "target", "headline", "title", "abstract")


@dataclass(frozen=True)
class Example:
    """A text and its reference summary."""

    document: str
    summary: str


@dataclass(frozen=True)
class Examples:
    """What was read: the usable rows, and how many were not usable and why."""

    rows: list[Example]
    empty: int = 0
    broken: int = 0

    @property
    def note(self) -> str:
        """One line on what was read."""
        left_out = [f"{n} {why}" for n, why in ((self.empty, "empty"), (self.broken, "broken")) if n]
        return f"{len(self.rows)} examples" + (f", left out: {' and '.join(left_out)}" if left_out else "")

    @property
    def digest(self) -> str:
        """SHA-256 of the rows, whatever file they came from."""
        digest = hashlib.sha256()
        for row in self.rows:
            digest.update(json.dumps([row.document, row.summary]).encode())
        return digest.hexdigest()


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
        settings: Who asks, and where hub sets are kept; None for code of one's own: any source, and the
            library's folder.

    Raises:
        BadData: The source may not be named here (see `check_allowed`), does not exist or cannot be read,
            lacks a column, or has no usable row.
    """
    check_allowed(source, settings)
    hub = HUB_DATASETS.get(source)
    if source == BUILT_IN:
        records = file_records(SAMPLES / f"{split}.jsonl")
    elif path := _file(source):
        records = file_records(path)
    else:
        cache = settings.datasets if settings else None
        records = hub_records(hub or _unknown(source), split, _WAY_OUT, cache)
    document = document_column or (hub.document if hub else None)
    summary = summary_column or (hub.summary if hub else None)
    first = limit if sample_seed is None else None
    examples = _collect(records, document, summary, first, summary_optional)
    if sample_seed is not None:
        wanted = min(limit or len(examples.rows), len(examples.rows))
        examples = replace(examples, rows=random.Random(sample_seed).sample(examples.rows, wanted))
    if not examples.rows:
        raise BadData(
            f"{Path(source).name} has no usable row ({examples.empty} empty, {examples.broken} broken)."
            " A row needs a text, of a million characters at most, and its summary, each as one string; a"
            " jsonl file has one object a line."
        )
    return examples


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
    """The guard of all data: where custom models are off, strangers name no file of this machine.

    Raises:
        BadData: Who asks may not read it. The same is said whether it exists or not.
    """
    known = (BUILT_IN, *HUB_DATASETS)
    if settings is not None and source not in known and not settings.may_read(source):
        raise BadData(
            f"This server learns from {', '.join(known)} or an uploaded file (ALLOW_CUSTOM_MODELS=0)."
        )


def read_columns(path: str | Path, settings: Settings | None = None) -> list[str]:
    """The columns of a csv, jsonl or parquet file; settings and errors as for `load`."""
    check_allowed(path, settings)
    for record in file_records(Path(path)):
        if record is not None:
            return [str(name) for name in record]
    raise BadData(f"{Path(path).name} has no rows.")


def split_off(examples: Examples, validation: int, seed: int) -> tuple[list[Example], list[Example]]:
    """Shuffle by seed and set `validation` rows aside (a fifth at most); none of their texts is trained on.

    Raises:
        BadData: All rows have one text.
    """
    rows = list(examples.rows)
    random.Random(seed).shuffle(rows)
    aside = max(1, min(validation, len(rows) // 5))
    if aside < validation:
        log.info("Of %d examples %d validate, not %d: a fifth at most.", len(rows), aside, validation)
    held_out, rest = rows[:aside], rows[aside:]
    texts = {row.document for row in held_out}
    train = [row for row in rest if row.document not in texts]
    if not train:
        raise BadData(
            "One text cannot be split into training and validation; give more, or a validation file."
        )
    if len(train) < len(rest):
        log.info("%d examples repeat a text that validates and are left out.", len(rest) - len(train))
    return train, held_out


def warn_of_shared(train: Sequence[Example], held_out: Sequence[Example]) -> None:
    """Say it where a student would be judged on what it was trained on."""
    texts = {row.document for row in train}
    shared = sum(row.document in texts for row in held_out)
    if shared:
        log.warning(
            "%d of %d validation texts are also trained on: the scores flatter.", shared, len(held_out)
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


def _collect(
    records: Iterable[Any],
    document: str | None,
    summary: str | None,
    limit: int | None,
    summary_optional: bool,
) -> Examples:
    rows: list[Example] = []
    empty = broken = 0
    columns: tuple[str, str] | None = None
    for record in records:
        if not isinstance(record, dict):
            broken += 1
            continue
        if columns is None:
            columns = _columns(list(record), document, summary, summary_optional)
        text, gist = (record.get(name) for name in columns)
        if summary_optional and _missing(gist):
            gist = ""
        if _missing(text) or (_missing(gist) and not summary_optional):
            empty += 1
        elif not isinstance(text, str) or not isinstance(gist, str) or len(text) > CHARACTER_LIMIT:
            broken += 1
        else:
            rows.append(Example(text.strip(), gist.strip()))
            if limit is not None and len(rows) >= limit:
                break
    return Examples(rows, empty, broken)


def _missing(value: Any) -> bool:
    """None, NaN (what pandas makes of an empty cell) or nothing visible."""
    return value is None or value != value or (isinstance(value, str) and blank(value))


def _columns(
    present: list[str], document: str | None, summary: str | None, summary_optional: bool
) -> tuple[str, str]:
    plain = {name.strip().lower(): name for name in reversed(present)}  # of two alike the first
    found = [
        wanted or next((plain[name] for name in usual if name in plain), None)
        for wanted, usual in ((document, _DOCUMENT_NAMES), (summary, _SUMMARY_NAMES))
    ]
    for name, what in zip(found, ("document", "summary"), strict=True):
        if name not in present and not (what == "summary" and summary_optional):
            wrong = f"has no column {name!r}" if name else f"has no column that looks like the {what}"
            there = ", ".join(f"{name[:_SHOWN]}…" if len(name) > _SHOWN else name for name in present)
            header = " Its first line has to name them." if max(map(len, present)) > _LONGEST_NAME else ""
            raise BadData(f"The data {wrong}. It has: {there}.{header} Say which one it is ({what}_column).")
    return found[0] or "", found[1] or ""


def take(rows: Iterable[Example], limit: int | None) -> list[Example]:
    """The first `limit` rows, or all."""
    return list(islice(rows, limit))
