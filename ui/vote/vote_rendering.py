"""A vote as HTML: text and summaries without names, and the results. Whatever was written is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from distill.votes import ALL_BAD, TIE, Ballot
from distill.votes.says import limits, strength
from ui.shared import figures
from ui.shared.rendering import bar
from ui.shared.tables import scrolling, sub, table

_ANSWERS = {TIE: "Tie", ALL_BAD: "All bad"}
_SCALES = "Ratings from 1 (poor) to 5 (excellent) may be left out; choose them before the answer. "


def progress(done: int, texts: int, place: int) -> str:
    """How far this person is: which text is shown, and how many have an answer."""
    at = f"Text {place + 1} of {texts}" if place < texts else "The end"
    told = f"<span>{at}</span><span>{done} of {texts} answered</span>"
    return f'<h1>Which summary is best?</h1>{bar(done / texts)}<div class="run-steps">{told}</div>'


def ballot(shown: Ballot, letters: str, scales: bool) -> str:
    """A text with its summaries, called A, B, C."""
    cards = "".join(
        f'<section class="case"><h3>{letter}</h3><div class="text">{escape(summary)}</div></section>'
        for letter, summary in zip(letters, shown.summaries.values(), strict=False)
    )
    asked = f"Read the text, then choose. {_SCALES if scales else ''}Your answer can be changed later."
    keys = f'<span class="keys"> Or press 1 to {len(shown.summaries) + 2} to answer.</span>'
    document = scrolling(escape(shown.document), "The text", "document")
    return f'<p class="facts">{asked}{keys}</p>{document}<div class="cases">{cards}</div>'


def end(closed: bool, done: int, texts: int, results: Mapping[str, Any] | None) -> str:
    """What stands behind the last text, or in place of all of a closed vote."""
    if closed:
        said = "<strong>This vote is closed.</strong><br>Answers given before it closed count. Thank you."
    elif done < texts:
        said = (
            f"<strong>{texts - done} of {texts} texts have no answer yet.</strong><br>“Back” leads to them."
        )
    else:
        said = "<strong>Thank you: all texts have your answer.</strong><br>“Back” lets you change one."
    shown = found(results) if results else ""
    return f'<div class="quiet">{said}</div>{shown}'


def unknown(why: str) -> str:
    """A link that leads nowhere."""
    return f'<div class="quiet"><strong>{escape(why)}</strong></div>'


def found(results: Mapping[str, Any]) -> str:
    """The results: sentences, shares, strengths, ratings."""
    said = "".join(f"<li>{escape(text)}</li>" for text in results["says"])
    people = figures.count(results["people"], "person", "people")
    told = f"{people}, {figures.count(results['votes'], 'answer')}"
    return (
        f'<div class="evaluation"><h4>Results: {told}</h4><ul class="says">{said}</ul>'
        f"{_shares(results)}{_ratings(results['ratings'])}</div>"
    )


def _shares(results: Mapping[str, Any]) -> str:
    strong = {row["model"]: row for row in results["strengths"] or []}
    lines = []
    for row in results["answers"]:
        share = f"{100 * row['f']:.0f}%{_interval(row, 100, '%')}"
        found = strong.get(row["answer"])
        told = f"{strength(found)}{_interval(found)}" if found else "—"
        name = str(_ANSWERS.get(row["answer"], row["answer"]))
        lines.append([escape(name), f"{row['votes']:,}", share, told])
    return table(["Best", "Answers", "Share", "Log strength"], lines, "Answers") if lines else ""


def _ratings(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        [escape(row["model"]), row["aspect"], f"{row['f']:.2f}{_interval(row)}", f"{row['n']:,}"]
        for row in rows
    ]
    return table(["Model", "Rated from 1 to 5", "Mean", "Ratings"], lines, "Ratings") if lines else ""


def _interval(row: Mapping[str, Any], *unit: Any) -> str:
    """Below a figure; nothing where a single person has voted."""
    return "" if row["low"] is None else sub(limits(row, *unit))
