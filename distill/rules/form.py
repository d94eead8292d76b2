"""Rules on how a summary is written, whatever it says: lost characters, marks, repetition, ending, length."""

import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import chain, pairwise

from distill.rules.verdict import Verdict, accept, reject, repair
from distill.rules.words import ngrams, words
from models.text.sentences import sentence_ends

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2060\ufeff]")
_LOST = "\ufffd⁇"  # the second is how a SentencePiece tokenizer writes a token it does not know
FINISHED = re.compile(r"[.!?…।۔؟。！？][\s\"'”’»“)\]]*$")
"""How a whole text ends."""
ENGLISH = re.compile(r"\bthe\b", re.IGNORECASE)  # elsewhere "but" is a goal, "and" a duck
_BROKEN_OFF = re.compile(
    r"(?:\s(?:and|but|the|because|than|their|your|my)|\s?(?:[:,–—]|--))\s?\.(?=\s|$)", re.IGNORECASE
)
_PAIRS = {")": "(", "]": "[", "”": "“"}
_EMOTICON = re.compile(r"[:;=]-?$")
_ENUMERATOR = re.compile(r"(?:^|\s)\w{1,2}$")  # "1) cats, 2) dogs"


def charset(source: str, summary: str, *, most_foreign: float = 0.05) -> Verdict:
    """Control characters are taken out. Rejects characters that were lost on the way, and a larger share of
    the letters than `most_foreign` in scripts that the source does not use (so mostly another language)."""
    lost = sorted({character for character in summary if character in _LOST and character not in source})
    if lost:
        return reject(summary, f"lost characters: {' '.join(lost)}")
    scripts = Counter(_script(character) for character in summary if character.isalpha())
    known = {_script(character) for character in source if character.isalpha()}
    foreign = sum(count for script, count in scripts.items() if script not in known)
    if foreign > most_foreign * scripts.total():
        names = ", ".join(sorted(script.lower() for script in scripts.keys() - known))
        return reject(summary, f"{foreign / scripts.total():.0%} of the letters are {names}")
    visible = _tidy(_CONTROL.sub(" ", summary))
    return repair(visible, "control characters taken out") if _CONTROL.search(summary) else accept(summary)


def marks(source: str, summary: str) -> Verdict:
    """Takes out quotation marks and brackets that have no partner."""
    stray = {*_stray_quotes(summary), *_stray_brackets(summary)}
    if not stray:
        return accept(summary)
    kept = "".join(character for place, character in enumerate(summary) if place not in stray)
    found = " ".join(summary[place] for place in sorted(stray))
    return repair(_tidy(kept), f"without a partner: {found}")


def repetition(source: str, summary: str, *, size: int = 5) -> Verdict:
    """Takes out each sentence with a run of `size` words that was there before; rejects what is left empty.

    A run that the source itself repeats (a long name) is no fault.
    """
    usual = {run for run, count in Counter(ngrams(words(source), size)).items() if count > 1}
    ends = sentence_ends(summary)
    bounds = [0, *ends, *([len(summary)] if not ends or ends[-1] < len(summary) else [])]
    seen: set[tuple[str, ...]] = set()
    kept, repeated = [], ""
    for start, end in pairwise(bounds):
        runs = [run for run in ngrams(words(summary[start:end]), size) if run not in usual]
        firsts = {run: place for place, run in reversed([*enumerate(runs)])}
        again = [run for place, run in enumerate(runs) if run in seen or firsts[run] < place]
        if again:
            repeated = repeated or " ".join(again[0])
        else:
            kept.append(summary[start:end])
        seen.update(runs)
    if not repeated:
        return accept(summary)
    text = "".join(kept).strip()
    why = f"says “{repeated}” again"
    return repair(text, f"{why}: sentence taken out") if text else reject(summary, why)


def unfinished(source: str, summary: str) -> Verdict:
    """Cuts after the last whole sentence; rejects a summary without one, and an English one that breaks off.

    A whole quotation may stand last without a full stop, as it does in CNN/DailyMail's highlights.
    """
    broken = _BROKEN_OFF.search(summary)
    if broken and ENGLISH.search(source):
        word = summary[: broken.start()].rsplit(maxsplit=1)[-1:]
        return reject(summary, f"“{''.join(word)}{broken[0]}” breaks off")
    if FINISHED.search(summary) or _ends_in_quotation(summary.rstrip()):
        return accept(summary)
    ends = sentence_ends(summary)
    if not ends:
        return reject(summary, "no whole sentence")
    return repair(summary[: ends[-1]].strip(), f"“{_ending(summary[ends[-1] :])}” cut")


def length(source: str, summary: str, *, fewest: int = 4, most: int = 150) -> Verdict:
    """Rejects fewer or more words than that, and a summary that is no shorter than its source."""
    count = len(words(summary))
    if not fewest <= count <= most:
        return reject(summary, f"{count} words, not {fewest} to {most}")
    whole = len(words(source))
    return reject(summary, f"{count} words of a source of {whole}") if count >= whole else accept(summary)


def _ends_in_quotation(text: str) -> bool:
    if text.endswith(("'", "’")):
        return re.search(r"(?:^|[\s(])['‘]", text.rpartition("\n")[2][:-1]) is not None
    return text.endswith(('"', "”")) and not _stray_quotes(text)


@cache
def _script(letter: str) -> str:
    return unicodedata.name(letter, "unknown").split()[0]


def _stray_quotes(text: str) -> list[int]:
    """Places of `"` without a partner. One before a word can only open, one after a word only close."""
    stray, opened = [], None
    for match in re.finditer('"', text):
        place = match.start()
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        spaced_before, spaced_after = not before or before in " (\n—", not after or not after.isalnum()
        if opened is None:
            if spaced_before or not spaced_after:
                opened = place
            elif not before.isdigit():  # else inches
                stray.append(place)
        elif spaced_before and not spaced_after:
            stray.append(opened)
            opened = place
        else:
            opened = None
    return stray if opened is None else [*stray, opened]


def _stray_brackets(text: str) -> list[int]:
    """Places of brackets and of “ ” without a partner."""
    # In other languages “ closes what „ opens, and ” may open as well.
    foreign = "„" in text or "“" not in text
    pairs = {close: mark for close, mark in _PAIRS.items() if not (mark == "“" and foreign)}
    opened: dict[str, list[int]] = {mark: [] for mark in pairs.values()}
    stray = []
    for place, character in enumerate(text):
        if character not in opened and character not in pairs:
            continue
        if _EMOTICON.search(text, max(0, place - 3), place):
            continue
        if character in opened:
            opened[character].append(place)
        elif opened[pairs[character]]:
            opened[pairs[character]].pop()
        elif not (character == ")" and _ENUMERATOR.search(text, max(0, place - 3), place)):
            stray.append(place)
    return [*stray, *chain.from_iterable(opened.values())]


def _ending(text: str, most: int = 60) -> str:
    text = text.strip()
    return text if len(text) <= most else f"{text[:most].rstrip()}…"


def _tidy(text: str) -> str:
    """Without the double spaces left where something was removed."""
    return re.sub(r"(?<=\S) {2,}", " ", text).strip()
