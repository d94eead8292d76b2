import json
from pathlib import Path

import pytest

from models.text.genre import unlike_news

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "distill" / "data" / "samples"
CHAT = """Amanda: I baked cookies. Do you want some?
Jerry: Sure!
Amanda: I'll bring you some tomorrow, then :-)
Jerry: great, see you at the office at ten or so
Amanda: Fine, do not be late again please"""
TABLE = """region,quarter,sales,costs
north,first,12,9
south,first,14,8
east,first,11,7
west,first,19,6
north,second,22,9
south,second,24,8
east,second,21,7
west,second,29,6"""
GERMAN = (
    "Der Bundestag hat am Freitag nach langer Debatte ein neues Gesetz beschlossen, das den Bau von "
    "Wohnungen schneller machen soll. Die Opposition stimmte dagegen und kündigte eine Klage an."
)


def articles(file: Path) -> list[str]:
    return [json.loads(line)["document"] for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (CHAT, "a chat"),
        (TABLE, "a table"),
        (TABLE.replace(",", "\t"), "a table"),
        (GERMAN, "something other than English prose"),
        ((ROOT / "ui" / "hosting" / "page.js").read_text(encoding="utf-8"), "code"),
        ((ROOT / "models" / "folders" / "tokenizer.py").read_text(encoding="utf-8"), "code"),
        ("Der Hund bellt.", None),
        ("", None),
    ],
)
def test_what_is_no_news_is_recognised(text: str, kind: str | None) -> None:
    assert unlike_news(text) == kind


def test_no_bundled_article_is_taken_for_something_else() -> None:
    lines = [
        line for file in SAMPLES.glob("*.jsonl") for line in file.read_text(encoding="utf-8").splitlines()
    ]
    assert [unlike_news(json.loads(line)["document"]) for line in lines] == [None] * len(lines)


def test_an_interview_within_an_article_is_prose() -> None:
    article = json.loads((SAMPLES / "validation.jsonl").read_text(encoding="utf-8").splitlines()[0])[
        "document"
    ]
    assert unlike_news(f"{article}\nReporter: Why now?\nMinister: Because it is time.") is None
