"""The texts of an evaluation as a table, and one of them to read. What a user or a model wrote is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from distill.judging.lead import is_lead
from distill.stats import points
from ui.shared import figures
from ui.shared.labels import fault
from ui.shared.rendering import LEGEND
from ui.shared.shortening import shortened
from ui.shared.tables import scrolling
from ui.shared.words import Overlap, overlap

FILTERS = [
    ("All", "all"),
    ("A rule found a fault", "fault"),
    ("Only one model is at fault", "one"),
    ("Garbled words", "garbled"),
    ("A model failed", "failed"),
    ("Marked", "marked"),
]
ORDERS = [
    ("Place in the data", "data"),
    ("Largest gap in ROUGE-L first", "gap"),
    ("Most different summaries first", "disagreement"),
    ("Least alike in meaning first", "meaning"),
]
NONE = '<div class="quiet">No text is like that.</div>'
"""In place of the table where a filter leaves no text."""
SHOWN = 1000
"""The most texts in the table; the downloads hold all."""
_OPENING = 70


def cases_frame(cases: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row per text, of at least one: how it begins, each model's ROUGE-L, gap, lowest cosine, faults."""
    names = _short(list(cases[0]["answers"]))
    scored = any(case["reference"] for case in cases)
    meant = any(case.get("cosine") is not None for case in cases)
    rows = []
    for case in cases[:SHOWN]:
        answers = case["answers"]
        row: dict[str, Any] = {"Text": case["text"]}
        row["Begins"] = shortened(case["document"], _OPENING)
        if scored:
            scores = {short: _points(answers.get(name, {}).get("rougeL")) for name, short in names.items()}
            row |= scores
            row["Gap"] = _points(case["gap"])
        row["In common"] = _points(case["agreement"])
        if meant:
            row["Cosine"] = _hundredths(case.get("cosine"))
        row["Faults"] = sum(
            len(one.get("faults") or {}) for name, one in answers.items() if not is_lead(name)
        )
        rows.append(row)
    return pd.DataFrame(rows)


def case(found: Mapping[str, Any]) -> str:
    """A text's reference and summaries side by side, what they copied, and where it stands in the text."""
    answers = "".join(_answer(name, answer, found) for name, answer in found["answers"].items())
    reference = found["reference"]
    told = (
        f'<div class="case"><h5>Reference</h5>{_marked(reference, found["document"])}</div>'
        if reference
        else ""
    )
    document = _unfolding("The text", scrolling(escape(found["document"]), "The text", "document"))
    return f'<h4>Text {found["text"]}</h4>{document}<div class="cases">{told}{answers}</div>{LEGEND}'


def _short(names: Sequence[str]) -> dict[str, str]:
    """The names shortened for a column, as long as they stay distinct."""
    found = {name: "lead" if is_lead(name) else name.rpartition("/")[2] for name in names}
    return found if len(set(found.values())) == len(names) else {name: name for name in names}


def _answer(name: str, answer: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    head = f"<h5>{escape(name)}</h5>"
    if "failed" in answer:
        return f'<div class="case">{head}<div class="problem">{escape(answer["failed"])}</div></div>'
    summary, document = answer["summary"], found["document"]
    if not summary:
        return f'<div class="case">{head}<div class="quiet">The model wrote no words.</div></div>'
    source = _pieces(overlap(document, summary), ("copied",))
    named = f"Where the summary of {name} stands in the text"
    where = _unfolding("Where it stands in the text", scrolling(source, named, "document text"))
    notes = "" if is_lead(name) else _notes(answer)  # a lead is cut: that is no fault
    return f'<div class="case">{head}{_marked(summary, document)}{_facts(answer)}{notes}{where}</div>'


def _unfolding(title: str, inside: str) -> str:
    return f"<details><summary>{title}</summary>{inside}</details>"


def _marked(text: str, document: str) -> str:
    return f'<div class="text">{_pieces(overlap(text, document), ("copied", "new"))}</div>'


def _pieces(found: Overlap, kinds: Sequence[str]) -> str:
    return "".join(
        f'<mark class="{kind}">{escape(piece)}</mark>' if kind in kinds else escape(piece)
        for kind, piece in found.pieces
    )


def _facts(answer: Mapping[str, Any]) -> str:
    told = [f"ROUGE-L {points(answer['rougeL'])}" if "rougeL" in answer else None]
    told += [
        f"cosine {answer[name]:.2f} with the {whom}"
        for name, whom in (("cosine", "first model’s"), ("cosine_reference", "reference"))
        if name in answer
    ]
    told += [figures.count(answer["words"], "word")]
    told += [figures.seconds(answer["seconds"]) if "seconds" in answer else None]
    told += ["whole sentences of the text" if answer["copies_sentences"] else None]
    told += ["its beginning" if answer["is_lead"] else None]
    return f'<div class="conditions">{" · ".join(part for part in told if part)}</div>'


def _notes(answer: Mapping[str, Any]) -> str:
    garbled = answer.get("garbled") or []
    notes = [f"Garbled: {', '.join(garbled)}"] if garbled else []
    notes += [f"{fault(rule).capitalize()}: {why}" for rule, why in answer["faults"].items()]
    return "".join(f'<div class="note">{escape(note)}</div>' for note in notes)


def _hundredths(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _points(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 1)
