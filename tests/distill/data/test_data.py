"""Which rows of which files become examples, and what is said of the rest."""

import csv
import gzip
import json
import logging
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset

from distill import data
from distill.config import RunConfig
from distill.data import BUILT_IN, Example, Examples
from distill.errors import BadData
from models.settings import Settings

ROWS = [
    {"document": "Zürich — “naïve” café №5", "summary": "日本 🙂"},
    {"document": "b, c", "summary": 'd "e"'},
]
WANTED = [Example(row["document"], row["summary"]) for row in ROWS]
LINES = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS)


def _write(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def _csv(path: Path, rows: list[dict[str, str]], newline: str = "\r\n", encoding: str = "utf-8") -> str:
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator=newline)
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def _parquet(path: Path, rows: list[dict[str, Any]]) -> str:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    write_table(pyarrow.Table.from_pylist(rows), path)
    return str(path)


def test_every_kind_of_file_gives_the_same_rows(tmp_path: Path) -> None:
    sources = [
        _write(tmp_path / "a.jsonl", LINES),
        _write(tmp_path / "crlf.JSONL", LINES.replace("\n", "\r\n")),
        _write(tmp_path / "bom.json", b"\xef\xbb\xbf" + LINES.encode()),
        _write(tmp_path / "a.jsonl.gz", gzip.compress(LINES.encode(), mtime=0)),
        _csv(tmp_path / "a.csv", ROWS),
        _csv(tmp_path / "lf.csv", ROWS, newline="\n"),
        _csv(tmp_path / "bom.csv", ROWS, encoding="utf-8-sig"),
        _write(tmp_path / "a.csv.gz", gzip.compress(Path(_csv(tmp_path / "b.csv", ROWS)).read_bytes())),
        _parquet(tmp_path / "a.parquet", ROWS),
    ]
    for source in sources:
        read = data.load(source)
        assert read == Examples(WANTED), source
        assert data.read_columns(source) == ["document", "summary"], source


def test_line_breaks_inside_a_cell_are_kept(tmp_path: Path) -> None:
    source = _csv(tmp_path / "a.csv", [{"text": "one\r\ntwo\nthree\u2028four", "summary": "s"}])
    assert data.load(source).rows == [Example("one\r\ntwo\nthree\u2028four", "s")]


@pytest.mark.parametrize("sign", [";", "\t"])
def test_other_separators_of_spreadsheets_are_read(tmp_path: Path, sign: str) -> None:
    source = _write(tmp_path / "a.csv", f'document{sign}summary\n"a, b{sign} c"{sign}d\n')
    assert data.load(source).rows == [Example(f"a, b{sign} c", "d")]
    assert data.read_columns(source) == ["document", "summary"]


def test_words_that_mean_missing_elsewhere_are_text(tmp_path: Path) -> None:
    source = _csv(tmp_path / "a.csv", [{"text": "NA", "summary": "None"}, {"text": "nan", "summary": "null"}])
    assert data.load(source).rows == [Example("NA", "None"), Example("nan", "null")]


def test_a_long_cell_is_read(tmp_path: Path) -> None:
    assert len(data.load(_csv(tmp_path / "a.csv", [{"text": "x" * 200_000, "summary": "s"}])).rows) == 1


@pytest.mark.parametrize(
    ("lines", "empty", "broken"),
    [
        ('{"document": "", "summary": "s"}', 1, 0),
        ('{"document": "d", "summary": " \\t"}', 1, 0),
        ('{"document": "d"}', 1, 0),
        ('{"document": null, "summary": "s"}', 1, 0),
        ('{"document": NaN, "summary": "s"}', 1, 0),
        ('{"document": 5, "summary": "s"}', 0, 1),
        ('{"document": ["d"], "summary": "s"}', 0, 1),
        ('{"document": "d", "summ', 0, 1),
        ("[1, 2]\n3\nnull", 0, 3),
        ("\n   \n", 0, 0),
        ("[" * 100_000, 0, 1),
    ],
)
def test_unusable_rows_are_counted(tmp_path: Path, lines: str, empty: int, broken: int) -> None:
    read = data.load(_write(tmp_path / "a.jsonl", f"{LINES}\n{lines}\n"))
    assert read == Examples(WANTED, empty, broken)


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.tsv"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le"])
def test_a_text_in_another_encoding_is_refused_whatever_its_kind(
    tmp_path: Path, name: str, encoding: str
) -> None:
    sign = "\t" if name == "a.tsv" else ","
    rows = {"a.jsonl": LINES, "a.json": LINES}.get(name) or f"document{sign}summary\nZürich{sign}naïve\n"
    with pytest.raises(BadData, match=f"{name} is not UTF-8 text. Save it as UTF-8"):
        data.load(_write(tmp_path / name, rows.encode(encoding, "replace")))


def test_csv_rows_of_another_length_are_broken_and_empty_cells_empty(tmp_path: Path) -> None:
    source = _write(tmp_path / "a.csv", "document,summary\na,b\nc\nd,e,f\n,g\nh,\n\n")
    assert data.load(source) == Examples([Example("a", "b")], empty=2, broken=2)


def test_parquet_nulls_are_empty(tmp_path: Path) -> None:
    rows = [*ROWS, {"document": None, "summary": "s"}, {"document": "d", "summary": None}]
    assert data.load(_parquet(tmp_path / "a.parquet", rows)) == Examples(WANTED, empty=2)


def test_the_note_tells_what_was_left_out(tmp_path: Path) -> None:
    assert Examples(WANTED).note == "2 examples"
    rows = ["text,note,summary", "a,1,b", "c", ",2,s", ",3,t", "d,4,e"]
    assert data.load(_write(tmp_path / "a.csv", "\n".join(rows))).note == (
        "2 examples (texts from “text”, summaries from “summary”) of 5 rows; left out: 1 with another number"
        " of cells than the first line (first: row 2, “c”); 2 without a text (first: row 3, “s”)"
    )


def test_columns_are_found_by_usual_names_or_named(tmp_path: Path) -> None:
    rows = [{"id": "1", "article": "a", "highlights": "h", "note": "n"}]
    source = _csv(tmp_path / "a.csv", rows)
    assert data.load(source).rows == [Example("a", "h")]
    assert data.load(source, document_column="note", summary_column="id").rows == [Example("n", "1")]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {},
            r"no column that looks like the document\. It has: colour, size\. Say .*\(document_column\)",
        ),
        (
            {"document_column": "size"},
            r"looks like the summary\. It has: colour, size\. Say .*summary_column",
        ),
        ({"document_column": "body"}, r"no column 'body'\. It has: colour, size\."),
    ],
)
def test_wrong_columns_are_answered_with_those_there_are(
    tmp_path: Path, columns: dict[str, str], message: str
) -> None:
    with pytest.raises(BadData, match=message):
        data.load(_csv(tmp_path / "a.csv", [{"colour": "red", "size": "3"}]), **columns)


def test_a_summary_may_be_optional(tmp_path: Path) -> None:
    source = _write(
        tmp_path / "a.jsonl", '{"text": "a"}\n{"text": "b", "summary": null}\n{"text": "c", "summary": NaN}'
    )
    rows = [Example("a", ""), Example("b", ""), Example("c", "")]
    assert data.load(source, summary_optional=True).rows == rows


def test_texts_that_no_model_takes_are_left_out(tmp_path: Path) -> None:
    rows = [{"document": text, "summary": "s"} for text in ("\0\u200b", "a" * 1_000_001, "a")]
    found = data.load(_write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows))))
    assert (found.rows, found.empty, found.broken) == ([Example("a", "s")], 1, 1)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b"", "no usable row"),
        ("a.csv", b"", "no usable row"),
        ("a.csv", b"document,summary\r\n", "no usable row"),
        ("a.json", b'{"rows": [{"document": "d",\n"summary": "s"}]}', "one object per line"),
        ("a.parquet", b"", "a.parquet cannot be read as parquet"),
        ("a.parquet", bytes(range(256)), "a.parquet cannot be read as parquet"),
        ("a.csv", b"\x00\x01\x02,\x00", "a.csv is not UTF-8 text"),
        ("a.csv", b"document,summary\ncaf\xe9,s", "a.csv is not UTF-8 text. Save it as UTF-8"),
        ("a.jsonl", bytes(range(256)), "a.jsonl is not UTF-8 text"),
        ("a.jsonl.gz", b"plain text", "a.jsonl.gz cannot be read as json: Not a gzipped file"),
        ("a.jsonl.gz", gzip.compress(b"{}" * 99, mtime=0)[:-9], "a.jsonl.gz cannot be read as json"),
        (
            "a.jsonl.gz",
            gzip.compress(b"{}", mtime=0)[:10] + b"\xff" * 20,
            "a.jsonl.gz cannot be read as json",
        ),
        ("a.txt", b"text", "a.txt is not a csv, jsonl or parquet file"),
        ("a.xlsx", b"PK", "a.xlsx is not a csv, jsonl or parquet file"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(BadData, match=message):
        data.load(_write(tmp_path / name, content))


@pytest.mark.parametrize(
    "source", ["missing.csv", "/no/such/file", "nowhere", "a\0b", "x" * 5000, ""], ids=range(6)
)
def test_sources_that_do_not_exist(source: str) -> None:
    with pytest.raises(BadData, match=r"There is no data .*use built-in, cnn_dailymail"):
        data.load(source)


def test_a_folder_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "some" / "folder").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    for source in (str(tmp_path), "some/folder"):
        with pytest.raises(BadData, match="is a folder: name a csv"):
            data.load(source)


def test_limit_counts_usable_rows(tmp_path: Path) -> None:
    source = _write(tmp_path / "a.jsonl", "broken\n" + LINES + "\n" + LINES)
    assert data.load(source, limit=3) == Examples([*WANTED, WANTED[0]], broken=1)


def test_rows_are_drawn_from_the_whole_file(tmp_path: Path) -> None:
    rows = [{"document": f"text {number}", "summary": "gist"} for number in range(50)]
    source = _write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows)))
    drawn = data.load(source, limit=5, sample_seed=1).rows
    assert (
        drawn
        == data.load(source, limit=5, sample_seed=1).rows
        != data.load(source, limit=5, sample_seed=2).rows
    )
    assert len(set(drawn)) == 5
    assert len(set(data.load(source, limit=99, sample_seed=1).rows)) == 50


def test_a_split_by_seed_is_deterministic_disjoint_and_whole() -> None:
    examples = Examples([Example(str(number), "s") for number in range(50)])
    train, validation = data.split_off(examples, 7, seed=1)
    assert (train, validation) == data.split_off(examples, 7, seed=1)
    assert validation != data.split_off(examples, 7, seed=2)[1]
    assert len(validation) == 7
    assert sorted(row.document for row in train + validation) == sorted(row.document for row in examples.rows)


@pytest.mark.parametrize(("rows", "validation"), [(2, 1), (9, 1), (10, 2), (100, 20)])
def test_a_fifth_at_most_is_held_out(rows: int, validation: int) -> None:
    examples = Examples([Example(str(number), "s") for number in range(rows)])
    assert len(data.split_off(examples, 1000, seed=0)[1]) == validation


def test_one_example_cannot_be_split() -> None:
    with pytest.raises(BadData, match="One text cannot be split"):
        data.split_off(Examples(WANTED[:1]), 1, seed=0)


def test_the_digest_is_of_the_rows(tmp_path: Path) -> None:
    digest = Examples(WANTED).digest
    assert digest == data.load(_csv(tmp_path / "a.csv", ROWS)).digest
    assert digest != Examples(WANTED[::-1]).digest
    assert len(digest) == 64


def test_the_built_in_set_is_large_enough_and_its_splits_disjoint() -> None:
    train, validation = data.load(BUILT_IN).rows, data.load(BUILT_IN, split="validation").rows
    assert len(train) + len(validation) >= 60
    assert len(validation) >= 10
    texts = [row.document for row in train + validation]
    assert len(set(texts)) == len(texts)
    for row in train + validation:
        assert 120 <= len(row.document.split()) <= 300, row.document[:60]
        assert 8 <= len(row.summary.split()) < len(row.document.split()) / 2, row.summary


class _Hub:
    """Stands in for `datasets.load_dataset`."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.calls = answer, []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls.append((args, kwargs))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("source", "arguments", "revision", "columns"),
    [
        ("cnn_dailymail", ("abisee/cnn_dailymail", "3.0.0"), None, ("article", "highlights")),
        ("xsum", ("EdinburghNLP/xsum", None), "refs/convert/parquet", ("document", "summary")),
        ("samsum", ("knkarthick/samsum", None), None, ("dialogue", "summary")),
        ("some-one/news", ("some-one/news", None), None, ("text", "headline")),
    ],
)
def test_hub_data_sets_are_asked_for_as_known(
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    arguments: tuple[str, str | None],
    revision: str | None,
    columns: tuple[str, str],
) -> None:
    hub = _Hub(Dataset.from_list([{"id": 1, columns[0]: "d", columns[1]: "s"}]))
    monkeypatch.setattr("datasets.load_dataset", hub)
    read = data.load(source, split="validation", settings=Settings(home=Path("/kept")))
    assert read.rows == [Example("d", "s")]
    cache = "/kept/datasets"
    assert hub.calls == [(arguments, {"split": "validation", "revision": revision, "cache_dir": cache})]


@pytest.mark.parametrize("words", ["Unknown split", "Bad split"])
def test_without_a_validation_split_one_judges_with_the_training_split(
    words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def load_dataset(*_: Any, split: str, **__: Any) -> Dataset:
        asked.append(split)
        if split != "train":
            raise ValueError(f"{words} \"{split}\". Should be one of ['train'].")
        return Dataset.from_list([{"document": "d", "summary": "s"}])

    monkeypatch.setattr("datasets.load_dataset", load_dataset)
    assert data.load_unseen("some-one/news", limit=3).rows == [Example("d", "s")]
    assert asked == ["validation", "train"]
    with pytest.raises(BadData, match=words):
        data.load("some-one/news", split="validation")


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ConnectionError("Couldn't reach the hub\nand more"), "Couldn't reach the hub"),
        (OSError(), "OSError"),
        (ValueError("Unknown split \"validation\". Should be one of ['train']."), "Should be one of"),
    ],
)
def test_without_a_network_the_way_out_is_named(
    monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    monkeypatch.setattr("datasets.load_dataset", _Hub(error))
    with pytest.raises(BadData, match=rf"{why}.*\. Without a network use built-in or a file\.") as caught:
        data.load("samsum")
    assert "\n" not in str(caught.value)


def test_no_text_that_validates_is_trained_on(caplog: pytest.LogCaptureFixture) -> None:
    rows = [Example(f"text {n % 6}", f"summary {n}") for n in range(30)]
    with caplog.at_level(logging.INFO):
        train, held_out = data.split_off(Examples(rows), 3, seed=0)
    assert len(held_out) == 3
    assert train
    assert not {row.document for row in train} & {row.document for row in held_out}
    assert f"{27 - len(train)} examples repeat a validation text" in caplog.text
    with pytest.raises(BadData, match="One text cannot be split"):
        data.split_off(Examples([Example("same", str(n)) for n in range(9)]), 3, seed=0)


def test_shared_texts_are_told(caplog: pytest.LogCaptureFixture) -> None:
    data.warn_of_shared(WANTED, [WANTED[0], Example("other", "o")])
    assert "1 of 2 validation texts are also trained on" in caplog.text
    caplog.clear()
    data.warn_of_shared(WANTED, [Example("other", "o")])
    assert not caplog.text


def test_names_of_columns_are_found_in_any_case(tmp_path: Path) -> None:
    source = _csv(tmp_path / "a.csv", [{" Article": "a", "HIGHLIGHTS ": "h"}])
    assert data.load(source).rows == [Example("a", "h")]


def test_a_file_without_a_header_is_told_so(tmp_path: Path) -> None:
    source = _write(tmp_path / "a.csv", f"{'long text ' * 50},short\nb,c\n")
    with pytest.raises(BadData, match="has to name them") as caught:
        data.load(source)
    assert len(str(caught.value)) < 300


def test_tabs_have_a_kind_of_file_too(tmp_path: Path) -> None:
    assert data.load(_write(tmp_path / "a.tsv", "document\tsummary\na\tb\n")).rows == [Example("a", "b")]


def test_of_two_columns_of_one_name_the_first_counts(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    head, row = ["text", "summary", "text", "summary"], ["a", "b", "", "checked by desk 4"]
    table = pyarrow.Table.from_arrays([pyarrow.array([cell]) for cell in row], names=head)
    write_table(table, tmp_path / "a.parquet")
    for source in (
        _write(tmp_path / "a.csv", "\n".join(map(",".join, (head, row)))),
        str(tmp_path / "a.parquet"),
    ):
        assert data.load(source).rows == [Example("a", "b")]
        assert data.load(source, document_column="summary", summary_column="text").rows == [Example("b", "a")]


def test_a_column_named_for_one_part_is_not_taken_for_the_other(tmp_path: Path) -> None:
    source = _csv(tmp_path / "a.csv", [{"headlines": "h", "text": "a gist", "ctext": "a text"}])
    with pytest.raises(BadData, match="no column that looks like the document"):
        data.load(source, summary_column="text")
    with pytest.raises(BadData, match="both the column 'text': name two"):
        data.load(source, document_column="text", summary_column="text")
    assert data.load(source, document_column="ctext", summary_column="text").rows == [
        Example("a text", "a gist")
    ]


def test_an_abstract_is_more_of_a_summary_than_a_title(tmp_path: Path) -> None:
    examples = data.load(_csv(tmp_path / "a.csv", [{"title": "t", "abstract": "a", "text": "d"}]))
    assert examples.rows == [Example("d", "a")]
    assert "summaries from “abstract”" in examples.note


@pytest.mark.parametrize(
    "text",
    [
        '[{"text": "a", "summary": "b"}, {"text": "c", "summary": "d"}]',
        '[\n {\n  "text": "a",\n  "summary": "b"\n },\n {"text": "c", "summary": "d"}\n]',
        '{"text": "a", "summary": "b"},\n{"text": "c", "summary": "d"},\n',
        '{"text": "a", "summary": "b"}\r{"text": "c", "summary": "d"}\r',
    ],
    ids=["array", "pretty", "commas", "old line ends"],
)
def test_other_ways_to_write_json_lines(tmp_path: Path, text: str) -> None:
    assert data.load(_write(tmp_path / "a.json", text)) == Examples([Example("a", "b"), Example("c", "d")])


def test_objects_that_lack_a_key_are_told(tmp_path: Path) -> None:
    lines = [
        '{"text": "a"}',
        '{"summary": "b", "text": "c"}',
        '{"summary": "only"}',
        '{"text": [1], "summary": ""}',
    ]
    examples = data.load(_write(tmp_path / "a.jsonl", "\n".join(lines)))
    assert examples == Examples([Example("c", "b")], empty=3)
    assert "2 without a summary (first: row 1, “a”)" in examples.note
    assert "1 without a text (first: row 3, “only”)" in examples.note


@pytest.mark.parametrize("first", ["sep=;\r\n", "\ufeffsep=;\n", "sep=|\n"])
def test_a_first_line_that_tells_the_separator_is_no_header(tmp_path: Path, first: str) -> None:
    sign = first.strip()[-1]
    source = _write(tmp_path / "a.csv", f'{first}text{sign}summary\r\n"a, b"{sign}c\r\n')
    assert data.load(source).rows == [Example("a, b", "c")]
    assert data.read_columns(source) == ["text", "summary"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (['"He left', "b\t2"], ['"He left', "b"]),
        (['"He left', "b", 'c"', "d"], ['"He left', "b", 'c"', "d"]),
        (['"quoted"', "b"], ["quoted", "b"]),
        (['"two\nlines"', "b"], ["two\nlines", "b"]),
        (['"a ""b"" c"', "d"], ['a "b" c', "d"]),
        (['"a" is what he said', "b"], ['"a" is what he said', "b"]),
        (['5" screen', '"6" screen', "b"], ['5" screen', '"6" screen', "b"]),
    ],
)
def test_quotation_marks_between_tabs_swallow_no_row(
    tmp_path: Path, rows: list[str], expected: list[str]
) -> None:
    lines = [row if "\t" in row else f"{row}\t{n}" for n, row in enumerate(rows, 1)]
    examples = data.load(_write(tmp_path / "a.tsv", "\n".join(["text\tsummary", *lines])))
    assert [row.document for row in examples.rows] == expected
    assert [row.summary for row in examples.rows] == [str(n) for n in range(1, len(rows) + 1)]


def test_a_quotation_mark_that_nothing_closes_swallows_no_row(tmp_path: Path) -> None:
    source = _write(tmp_path / "a.csv", 'text,summary\na,b\n"c,d\ne,f\n')
    examples = data.load(source)
    assert examples == Examples([Example("a", "b"), Example('"c', "d"), Example("e", "f")])
    source = _write(tmp_path / "a.csv", 'text,summary\n"a, b",c\n"d, e,f\n"g, h",i\n')
    examples = data.load(source)
    assert examples == Examples([Example("a, b", "c"), Example("g, h", "i")], broken=1)
    assert '1 with a stray quotation mark (first: row 2, “"d, e,f”)' in examples.note


def test_columns_that_nobody_asked_for_spoil_no_parquet(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    odd = {
        "late": pyarrow.array([253402300800_000_000] * 2, pyarrow.timestamp("us")),
        "zone": pyarrow.array([0] * 2, pyarrow.timestamp("us", tz="Local/Office")),
        "nested": pyarrow.array([{"a": [1]}] * 2),
        "bytes": pyarrow.array([b"\xff"] * 2),
    }
    table = {"text": pyarrow.array(["a", "c"]).dictionary_encode(), "summary": ["b", "d"], **odd}
    write_table(pyarrow.table(table), tmp_path / "a.parquet")
    source = str(tmp_path / "a.parquet")
    assert data.load(source) == Examples([Example("a", "b"), Example("c", "d")])
    for wrong in ("nested", "bytes"):
        with pytest.raises(
            BadData, match=f"2 with a {'dict' if wrong == 'nested' else 'bytes'} in place of text"
        ):
            data.load(source, document_column=wrong)
    with pytest.raises(BadData, match=r"no usable row|cannot be read"):
        data.load(source, document_column="late")


def _fill(path: Path, text: str, rows: int) -> str:
    """A small file with many rows, as its name says."""
    if path.suffix == ".parquet":
        return _parquet(path, [{"text": text, "summary": "s"}] * rows)
    lines = {
        ".csv": ["text,summary", *[f"{text},s"] * rows],
        ".jsonl": [f'{{"text": "{text}", "summary": "s"}}'] * rows,
    }
    return _write(path, gzip.compress("\n".join(lines[path.with_suffix("").suffix]).encode()))


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz", "a.parquet"])
@pytest.mark.parametrize("most", ["MOST_ROWS", "MOST_CHARACTERS"])
def test_more_than_the_memory_may_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, most: str
) -> None:
    source, config, settings = (
        _fill(tmp_path / name, "abc", 30),
        RunConfig(student="s"),
        Settings(home=tmp_path),
    )
    monkeypatch.setattr(f"distill.data.examples.{most}", {"MOST_ROWS": 30, "MOST_CHARACTERS": 120}[most])
    assert len(data.load(source).rows) == 30
    assert data.describe(source, config, settings).startswith("30 examples")
    monkeypatch.setattr(f"distill.data.examples.{most}", {"MOST_ROWS": 29, "MOST_CHARACTERS": 119}[most])
    _fill(tmp_path / name, "abc", 30)  # changed, so that it is looked at anew
    for read in (lambda: data.load(source), lambda: data.describe(source, config, settings)):
        with pytest.raises(BadData, match="the most that is read: give a part of it"):
            read()
    assert len(data.load(source, limit=29).rows) == 29


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz", "a.parquet"])
def test_to_describe_a_file_its_rows_are_not_kept(tmp_path: Path, name: str) -> None:
    source = _fill(tmp_path / name, "word " * 40_000, 200)  # 40 million characters
    tracemalloc.start()
    said = data.describe(source, RunConfig(student="s"), Settings(home=tmp_path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert said.startswith("200 examples")
    assert peak < 10_000_000


def test_a_file_is_described_anew_once_it_has_changed(tmp_path: Path) -> None:
    config, settings = RunConfig(student="s"), Settings(home=tmp_path)
    source = _write(tmp_path / "a.csv", "text,summary\na,b\n")
    assert data.describe(source, config, settings).startswith("1 example (texts from “text”")
    _write(tmp_path / "a.csv", "text,summary\na,b\n,c\n")
    assert "left out: 1 without a text" in data.describe(source, config, settings)
    assert data.describe("built-in", config, settings) == ""
    with pytest.raises(BadData, match="uploaded file"):
        data.describe(source, config, Settings(home=tmp_path / "home", allow_custom_models=False))
