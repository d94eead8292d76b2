"""An evaluation in plain sentences: who is better, what it costs, what else stands out."""

from collections.abc import Mapping, Sequence
from typing import Any

from distill.stats import BETTER, NO_VERDICT, UNDECIDED, WORSE, interval, limits, listed, points

_COPIER = 0.5  # of its summaries are whole sentences of the text
_GARBLED = 0.01  # of the words


def describe(result: Mapping[str, Any]) -> list[str]:
    """Sentences on an evaluation's result, the most important first; the first is the answer."""
    rows = [row for row in result["results"] if row["n"]]
    if not rows:
        return ["No model has written a summary."]
    said = _quality(rows, result) if result["references"] else [_unscored(result)]
    if result["references"] and result["complete"]:
        said = [_answer(result["results"]), *said]
    said += [*_speed(rows), *_copies(rows), *_garbled(rows), *_failures(result["results"])]
    return [*said, *_equivalence(rows, result)]


def _answer(rows: Sequence[Mapping[str, Any]]) -> str:
    """Who is better, in one sentence that says no more than the tests do."""
    first, *others = rows
    if others and not first["n"]:
        return f"{first['model']} has written no summary, so nothing was compared with it."
    tested = {row["model"]: row["difference"]["verdict"] for row in others if row["difference"]}
    by_word = {
        word: [name for name, verdict in tested.items() if verdict == word]
        for word in (BETTER, UNDECIDED, WORSE, NO_VERDICT)
    }
    if not tested:
        return f"{first['model']} was judged alone."
    if len(by_word[NO_VERDICT]) == len(tested):
        return "There are too few texts to say which model is better."
    said = {BETTER: "{} better than", WORSE: "{} worse than", UNDECIDED: "cannot be told apart from"}
    told = [
        f"{listed(by_word[word])} {text.format(_are(by_word[word]))}"
        for word, text in said.items()
        if by_word[word]
    ]
    whom = [first["model"], *["it"] * len(told)]
    parts = [f"{part} {name}" for part, name in zip(told, whom, strict=False)]
    if by_word[NO_VERDICT]:
        parts.append(f"there is no verdict on {listed(by_word[NO_VERDICT])}")
    return f"{'; '.join(parts)}."


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _quality(rows: Sequence[Mapping[str, Any]], result: Mapping[str, Any]) -> list[str]:
    first, *others = rows
    given = result["conditions"]
    said = f"On {_count(given['texts'], 'text')} {first['model']} has ROUGE-L {interval(first['rougeL'])}"
    share = first["retention"]
    if share is not None and result["teacher"] != first["model"]:
        said += f", which is {share:.0%} of {result['teacher']}’s"
    return [
        f"{said}.",
        *(_verdict(row, first["model"]) for row in others if row["difference"]),
        *_why(others),
    ]


def _verdict(row: Mapping[str, Any], first: str) -> str:
    found = row["difference"]
    by = f"by {points(abs(found['f']))} points of ROUGE-L ({limits(found, signed=True)})"
    if found["verdict"] == BETTER:
        return f"{row['model']} is better than {first}, {by}."
    if found["verdict"] == WORSE:
        return f"{row['model']} is worse than {first}, {by}."
    gap = f"the difference is {interval(found, signed=True)}"
    if found["verdict"] == NO_VERDICT:
        return f"There is no verdict on {row['model']} and {first}: {gap}."
    return f"{row['model']} and {first} cannot be told apart: {gap}."


def _why(others: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(
        dict.fromkeys(row["difference"]["why"] for row in others if (row["difference"] or {}).get("why"))
    )


def _unscored(result: Mapping[str, Any]) -> str:
    texts = _count(result["conditions"]["texts"], "text")
    return f"The data has no references, so quality was not judged: {texts} were summarised."


def _speed(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    timed = sorted((row for row in rows if row.get("seconds")), key=lambda row: row["seconds"])
    if len(timed) < 2:
        return []
    quick, slow = timed[0], timed[-1]
    said = f"{quick['model']} took {_seconds(quick['seconds'])} a text, {slow['model']}"
    said += f" {_seconds(slow['seconds'])} ({slow['seconds'] / quick['seconds']:.1f} times as long; medians)."
    said += " They were timed one after the other; the command bench compares their speed in turns."
    disturbed = sum(row["disturbed"] for row in timed)
    if disturbed:
        said += (
            f" Other work disturbed {disturbed} of {sum(row['timed_texts'] for row in timed)} timed texts."
        )
    return [said]


def _copies(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    found = [row for row in rows if not row["baseline"] and row["copied_sentences"] >= _COPIER]
    return [
        f"{row['copied_sentences']:.0%} of {row['model']}’s summaries are whole sentences of the text and "
        f"nothing else; {row['is_lead']:.0%} are its beginning."
        for row in found
    ]


def _garbled(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    found = [row for row in rows if (row["garbled_words"] or 0) >= _GARBLED]
    return [f"{row['garbled_words']:.1%} of {row['model']}’s words are garbled." for row in found]


def _failures(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        f"{row['model']} failed on {_count(len(row['failed']), 'text')}; these are left out of its figures."
        for row in rows
        if row["failed"]
    ]


def _equivalence(rows: Sequence[Mapping[str, Any]], result: Mapping[str, Any]) -> list[str]:
    found = result.get("equivalence")
    if not found:
        return []
    if found["why"]:
        return [f"Semantic equivalence was not measured: {found['why']}; evaluate --resume then adds it."]
    if found["calibration"] is None:
        return [f"Which cosine counts as equivalent was not calibrated: {found['uncalibrated']}."]
    first = rows[0]["model"]
    said = [
        f"{share_told(row['equivalent'])} of {row['model']}’s summaries are semantically equivalent to "
        f"{first}’s."
        for row in rows
        if row["equivalent"]
    ]
    return [*said, _calibrated(found["calibration"])] if said else []


def _calibrated(found: Mapping[str, Any]) -> str:
    """How `equivalence.calibrate` chose the threshold, and what it shows."""
    true, shuffled = found["true"], found["shuffled"]
    return (
        f"Equivalent means a cosine above {found['threshold']:.2f}: {true['above']:.0%} of "
        f"{_count(true['n'], 'true pair')} (a summary and its text’s reference) lie above it, and "
        f"{shuffled['above']:.1%} of {_count(shuffled['n'], 'shuffled pair')} (a summary and another text’s "
        "reference). Equivalence shows that two summaries are about the same things, not that their facts "
        "agree."
    )


def share_told(found: Mapping[str, Any]) -> str:
    """A share with its interval: `86% (80–90%)`."""
    return f"{found['f']:.0%} ({100 * found['low']:.0f}–{found['high']:.0%})"


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
