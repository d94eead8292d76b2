"""Files as people have them: what is read of each kind, and that no row is lost without a word."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow.parquet import write_table

from distill import data
from distill.data import Example, Examples
from distill.errors import BadData

PAIRS = [(f"Text {n} is about a town. It has {n} sentences", f"A town {n}") for n in range(12)]
WANTED = [Example(*pair) for pair in PAIRS]


def _load(path: Path, content: str | bytes, **options: Any) -> Examples:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return data.load(str(path), **options)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]], sign: str = ",", **options: Any) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=sign, **options)
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def _plain(sign: str, rows: list[tuple[str, str]], end: str = "\n") -> list[str]:
    return [f"{text}{sign}{gist}" for text, gist in [("text", "summary"), *rows]]


def _counts(read: Examples) -> dict[str, int]:
    return {why: out.count for why, out in read.left_out.items()}


# ---- columns ----


@pytest.mark.parametrize(
    ("head", "extra"),
    [
        (("text", "summary", "text"), ""),
        (("text", "summary", "summary"), "checked by desk 4"),
        (("Text ", "summary", " TEXT"), "other"),
        (("\ufefftext", "summary", "text"), "other"),
    ],
)
def test_of_two_columns_of_one_name_the_first_is_taken(
    tmp_path: Path, head: tuple[str, ...], extra: str
) -> None:
    rows = [(*pair, extra) for pair in PAIRS]
    read = _load(tmp_path / "a.csv", _table(head, rows))
    assert read.rows == WANTED
    assert "2 columns are called" in read.note
    assert "of which the first is taken" in read.note
    write_table(
        pyarrow.Table.from_arrays([pyarrow.array(c) for c in zip(*rows, strict=True)], names=list(head)),
        tmp_path / "a.parquet",
    )
    read = data.load(str(tmp_path / "a.parquet"))
    assert read.rows == WANTED
    assert "of which the first is taken" in read.note


def test_of_a_key_that_stands_twice_the_first_is_taken(tmp_path: Path) -> None:
    lines = [f'{{"text": {json.dumps(t)}, "summary": {json.dumps(s)}, "text": ""}}' for t, s in PAIRS]
    read = _load(tmp_path / "a.jsonl", "\n".join(lines))
    assert read.rows == WANTED


def test_a_named_column_is_found_in_any_case_and_an_exact_name_first(tmp_path: Path) -> None:
    content = _table(("Body", "body", "gist "), [("a", "b", "c")])
    assert _load(tmp_path / "a.csv", content, document_column="body", summary_column="Gist").rows == [
        Example("b", "c")
    ]
    assert (
        "the one so written"
        in data.load(str(tmp_path / "a.csv"), document_column="body", summary_column="gist").note
    )
    assert data.load(str(tmp_path / "a.csv"), document_column="BODY", summary_column="gist").rows == [
        Example("a", "c")
    ]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"summary_column": "text"}, "looks like the document. It has: headlines, text, ctext"),
        ({"document_column": "text", "summary_column": "text"}, "are both the column 'text': name two"),
        ({"document_column": "text", "summary_column": "Text"}, "are both the column 'text': name two"),
        ({"document_column": "headline"}, "has no column 'headline'"),
        ({"summary_column": "gist", "summary_optional": True}, "has no column 'gist'"),
    ],
)
def test_the_two_columns_are_two(tmp_path: Path, columns: dict[str, Any], message: str) -> None:
    with pytest.raises(BadData, match=message):
        _load(tmp_path / "a.csv", _table(("headlines", "text", "ctext"), [("h", "s", "d")]), **columns)


@pytest.mark.parametrize("part", ["document", "summary"])
def test_a_column_named_for_one_part_is_not_found_for_the_other(tmp_path: Path, part: str) -> None:
    content = _table(("article", "text", "summary", "title"), [("a", "b", "c", "d")])
    named = {"document": {"document_column": "summary"}, "summary": {"summary_column": "article"}}[part]
    wanted = {"document": Example("c", "d"), "summary": Example("b", "a")}[part]
    assert _load(tmp_path / "a.csv", content, **named).rows == [wanted]


def test_other_columns_that_might_be_meant_are_told(tmp_path: Path) -> None:
    read = _load(tmp_path / "a.csv", _table(("title", "abstract", "text", "article"), [("t", "a", "x", "d")]))
    assert read.rows == [Example("d", "a")]
    assert "“text” might be the document too (document_column says which)" in read.note
    assert "“title” might be the summary too (summary_column says which)" in read.note


# ---- separated values ----


@pytest.mark.parametrize("sign", ["\t", ",", ";", "|", ", ", "; "])
@pytest.mark.parametrize(
    ("opened", "closed"),
    [
        ((3, 0), (9, 0)),
        ((3, 0), None),
        ((2, 1), (7, 1)),
        ((2, 1), (3, 0)),
        ((11, 0), None),
        ((0, 0), (1, 0)),
        ((0, 0), (11, 0)),
    ],
)
def test_stray_quotation_marks_swallow_no_rows(
    tmp_path: Path, sign: str, opened: tuple[int, int], closed: tuple[int, int] | None
) -> None:
    rows = [list(pair) for pair in PAIRS]
    rows[opened[0]][opened[1]] = '"' + rows[opened[0]][opened[1]]
    if closed:
        rows[closed[0]][closed[1]] += '"'
    lines = _plain(sign, [(t, s) for t, s in rows])
    lines[0] = lines[0].replace(" ", "")  # a header without the spaces that the rows have
    read = _load(tmp_path / "a.csv", "\n".join(lines))
    assert [(r.document, r.summary) for r in read.rows] == [tuple(row) for row in rows]
    assert not read.left_out


@pytest.mark.parametrize("sign", ["\t", ",", ";"])
def test_a_cell_that_begins_with_a_quoted_word_keeps_its_marks(tmp_path: Path, sign: str) -> None:
    rows = [('"Stop" she said', "Stop"), ("He is 6' 2\" tall", "Tall"), ('""', "none"), *PAIRS]
    read = _load(tmp_path / "a.csv", "\n".join(_plain(sign, rows)))
    assert read.rows == [Example(*rows[0]), Example(*rows[1]), *WANTED]
    assert _counts(read) == {"without a text": 1}


@pytest.mark.parametrize("sign", ["\t", ",", ";"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_quoted_cells_hold_lines_separators_and_marks(
    tmp_path: Path, sign: str, quoting: Any, end: str
) -> None:
    other = ";" if sign == "\t" else sign
    rows = [
        (f'First{other} with a "word".{end}{end}Second line{other} too', f"A{other} b"),
        (f"Roses are red{other} violets are blue{end}Sugar is sweet and so are you", "A poem"),
        *PAIRS,
    ]
    content = _table(("text", "summary"), rows, sign, quoting=quoting, lineterminator=end)
    read = _load(tmp_path / "a.csv", content)
    assert [(r.document, r.summary) for r in read.rows] == rows
    assert not read.left_out


def test_texts_of_paragraphs_are_read_where_no_line_is_a_row(tmp_path: Path) -> None:
    rows = [(f"One, two {n}\nthree, four\nfive, six\nseven", "gist") for n in range(5)]
    rows += [("One\ntwo", "gist")]
    assert len(_load(tmp_path / "a.csv", _table(("text", "summary"), rows)).rows) == 6


_PROSE = [
    "In Paris, the vote was close.\nIt ended at noon.",
    "In Paris, the vote was close.\nAt noon, it ended.\nBy one, all knew.\nBy two, all slept.",
    "About 10,000 came.\nIt ended at noon.",
    "In Paris,\nthe vote was close.",
]


@pytest.mark.parametrize("sign", [",", ";"])
@pytest.mark.parametrize("text", _PROSE)
@pytest.mark.parametrize("column", [0, 1])
@pytest.mark.parametrize("others", [0, 2])
def test_a_quoted_text_each_line_of_which_has_one_separator_is_one_row(
    tmp_path: Path, sign: str, text: str, column: int, others: int
) -> None:
    odd = [text.replace(",", sign), "Close vote"]
    rows = [(odd[column], odd[1 - column])] * (others + 1) + PAIRS[:others]
    read = _load(tmp_path / "a.csv", _table(("text", "summary"), rows, sign))
    assert [(r.document, r.summary) for r in read.rows] == rows
    assert not read.left_out


def test_one_quoted_text_with_commas_among_many_that_need_no_marks_is_one_row(tmp_path: Path) -> None:
    rows = [(_PROSE[0], "Close vote"), *PAIRS]
    read = _load(tmp_path / "a.csv", _table(("text", "summary"), rows))
    assert [(r.document, r.summary) for r in read.rows] == rows


def test_in_a_quoted_file_a_damaged_row_is_left_out_and_the_next_is_read(tmp_path: Path) -> None:
    rows = [(f"Text {n}, with a comma", "gist, short") for n in range(6)]
    lines = _table(("text", "summary"), rows).splitlines()
    lines[3] = lines[3].replace('comma"', "comma")  # does not end
    lines[5] = lines[5].replace("with", 'with "many"')  # inner marks are not doubled
    read = _load(tmp_path / "a.csv", "\n".join(lines))
    assert [row.document[:6] for row in read.rows] == ["Text 0", "Text 1", "Text 3", "Text 5"]
    assert _counts(read) == {"with a stray quotation mark": 2}
    assert 'first: row 3, “"Text 2, with a comma' in read.note


def test_a_mark_that_never_ends_is_looked_after_in_linear_time(tmp_path: Path) -> None:
    rows = [("word " * 20 + str(n), "gist") for n in range(60_000)]
    read = _load(tmp_path / "a.tsv", "\n".join(_plain("\t", [(f'"{rows[0][0]}', "gist"), *rows])))
    assert len(read.rows) == 60_001


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "\ufeffsep=;"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_line_that_names_the_separator_is_no_header(tmp_path: Path, first: str, end: str) -> None:
    content = first + end + _table(("text", "summary"), PAIRS, ";", lineterminator=end)
    assert _load(tmp_path / "a.csv", content).rows == WANTED


def test_the_named_separator_may_be_any(tmp_path: Path) -> None:
    assert _load(tmp_path / "a.csv", "sep=^\n" + _table(("text", "summary"), PAIRS, "^")).rows == WANTED
    tabs = "sep=\t\r\n" + _table(("text", "summary"), PAIRS, "\t")
    assert _load(tmp_path / "b.csv", tabs).rows == WANTED


def test_separators_in_names_of_columns_do_not_count(tmp_path: Path) -> None:
    content = 'text;"summary, short, in one line";"a, b, c"\nd;s;x\n'
    read = _load(tmp_path / "a.csv", content, summary_column="summary, short, in one line")
    assert read.rows == [Example("d", "s")]


def test_one_column_has_no_separator(tmp_path: Path) -> None:
    content = 'text\nOne, two; three\n"Four, ""five""\nsix"\n\nseven'
    read = _load(tmp_path / "a.csv", content, summary_optional=True)
    assert [row.document for row in read.rows] == ["One, two; three", 'Four, "five"\nsix', "seven"]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_joined_files_repeat_the_header(tmp_path: Path, mark: str) -> None:
    part = mark + _table(("text", "summary"), PAIRS, quoting=csv.QUOTE_ALL)
    read = _load(tmp_path / "a.csv", part + part)
    assert read.rows == WANTED * 2
    assert _counts(read) == {"repeating the header": 1}


def test_empty_lines_and_rows(tmp_path: Path) -> None:
    read = _load(tmp_path / "a.csv", "\n\r\ntext,summary\r\n\r\n,\r\na,b\n   \n\0\0,c\n")
    assert read.rows == [Example("a", "b")]
    assert _counts(read) == {"without a text": 2}


@pytest.mark.parametrize("codec", ["cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "shift-jis"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.json", "a.csv.gz", "a.jsonl.gz"])
def test_what_is_not_utf8_is_refused_alike(tmp_path: Path, name: str, codec: str) -> None:
    word = "カフェ" if codec == "shift-jis" else "café"
    if "js" in name:
        text = "\n".join(json.dumps({"text": f"a {word}", "summary": "s"}, ensure_ascii=False) for _ in PAIRS)
    else:
        text = _table(("text", "summary"), [(f"a {word}", "s")] * 3, "\t" if "tsv" in name else ",")
    content = text.encode(codec)
    with pytest.raises(
        BadData, match=rf"{name} is not UTF-8 text\. Save it as UTF-8; a spreadsheet"
    ) as caught:
        _load(tmp_path / name, gzip.compress(content) if name.endswith("gz") else content)
    assert "\n" not in str(caught.value)


def test_the_place_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    lines = [json.dumps({"text": t, "summary": s}) for t, s in PAIRS]
    content = "\n".join(lines).encode() + b'\n{"text": "in the old caf\xe9", "summary": "s"}'
    with pytest.raises(BadData, match=r"first character that is not comes after “.*in the old caf”"):
        _load(tmp_path / "a.jsonl", content)


def test_what_is_packed_is_unpacked_whatever_its_name(tmp_path: Path) -> None:
    content = gzip.compress(_table(("text", "summary"), PAIRS).encode())
    assert _load(tmp_path / "a.csv", content).rows == WANTED


# ---- JSON ----


ROWS = [{"text": text, "summary": gist} for text, gist in PAIRS]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, indent=1),
        "\ufeff\n" + json.dumps(ROWS, indent="\t"),
        "[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]\n",
        "[" + ",\n".join(map(json.dumps, ROWS)) + ",]",
        "".join(json.dumps(row) + ",\n" for row in ROWS),
        "\n".join(json.dumps(row, indent=2) for row in ROWS),
        json.dumps(ROWS[:5]) + "\n" + json.dumps(ROWS[5:]),
        "\r".join(map(json.dumps, ROWS)),
        "\r\n\n".join(map(json.dumps, ROWS)),
        "\n".join("\ufeff" + json.dumps(row) for row in ROWS),
    ],
    ids=range(11),
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.json.gz"])
def test_json_is_read_however_it_is_written(tmp_path: Path, name: str, content: str) -> None:
    packed = gzip.compress(content.encode()) if name.endswith("gz") else content
    read = _load(tmp_path / name, packed)
    assert read.rows == WANTED
    assert not read.left_out
    assert data.read_columns(tmp_path / name) == ["text", "summary"]


def test_an_array_longer_than_what_is_read_at_once(tmp_path: Path) -> None:
    rows = [{"text": f"{n} é “x” " * 900, "summary": "s"} for n in range(300)] + [
        {"text": "a" * 300_000, "summary": "s"}
    ]
    read = _load(tmp_path / "a.json", json.dumps(rows, ensure_ascii=False))
    assert [row.document for row in read.rows] == [row["text"].strip() for row in rows]


@pytest.mark.parametrize(
    ("content", "left_out"),
    [
        (json.dumps(ROWS)[:-30], {"where the JSON breaks off": 1}),
        (json.dumps(ROWS)[:-1], {"where the JSON breaks off": 1}),
        (json.dumps([*ROWS, 1, "two", [3], None]), {"that is not a JSON object": 4}),
        (json.dumps(ROWS)[:-1] + "," + "[" * 100_000, {"where the JSON is nested too deeply": 1}),
    ],
)
def test_what_is_wrong_in_an_array_is_counted(tmp_path: Path, content: str, left_out: dict[str, int]) -> None:
    read = _load(tmp_path / "a.json", content)
    assert read.rows in (WANTED, WANTED[:-1])
    assert _counts(read) == left_out


def test_objects_may_lack_keys(tmp_path: Path) -> None:
    rows = [{"text": "only a text"}, *ROWS, {"summary": "only a summary"}, {}, {"text": [], "summary": "s"}]
    read = _load(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows)))
    assert read.rows == WANTED
    assert _counts(read) == {
        "without a summary": 1,
        "without a text": 2,
        "with a list in place of text": 1,
    }
    assert "(first: row 1, “only a text”)" in read.note


# ---- parquet ----


@pytest.mark.parametrize(
    "column",
    [
        pyarrow.array([1_700_000_000_000] * 12).cast(pyarrow.timestamp("s")),
        pyarrow.array([253402300800_000_000] * 12, pyarrow.timestamp("us")),
        pyarrow.array([0] * 12, pyarrow.timestamp("us", tz="Local/Office")),
        pyarrow.array([2**62] * 12, pyarrow.duration("s")),
        pyarrow.array([b"\xff\x00"] * 12),
        pyarrow.array([{"a": [{"b": None}]}] * 12),
        pyarrow.array([None] * 12),
    ],
    ids=range(7),
)
def test_columns_that_are_not_wanted_are_not_read(tmp_path: Path, column: Any) -> None:
    texts, gists = (pyarrow.array(part) for part in zip(*PAIRS, strict=True))
    path = tmp_path / "a.parquet"
    table = {"published": column, "text": texts.dictionary_encode(), "summary": gists.cast("large_string")}
    write_table(pyarrow.table(table), path)
    assert data.load(str(path)).rows == WANTED
    assert data.read_columns(path) == ["published", "text", "summary"]


def test_values_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_table(pyarrow.table({"text": [[1], None], "summary": ["s", "t"]}), path)
    with pytest.raises(
        BadData,
        match=r"1 with a list in place of text .first: row 1, .*; 1 without a text .first: row 2, “t”",
    ):
        data.load(str(path))


def test_half_a_character_becomes_a_question_mark(tmp_path: Path) -> None:
    read = _load(tmp_path / "a.jsonl", r'{"text": "cut \ud83d off", "summary": "s\udc00"}')
    assert read.rows == [Example("cut ? off", "s?")]


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz"])
def test_a_line_that_never_ends_is_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distill.data.table.LONGEST_LINE", 200_000)
    with pytest.raises(BadData, match="a line has more than 200,000 characters"):
        _load(tmp_path / name, gzip.compress(b"x" * 1_000_000))
