"""Rules on what a summary says: numbers and names that its source does not have, and how much is copied."""

import re
import unicodedata
from itertools import pairwise

from distill.rules.verdict import Verdict, accept, reject
from distill.rules.words import ngrams, quoted, words
from distill.tasks.summarize.words import composed, fold

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"(?<=\d) ?[,\u00a0\u202f ] ?(?=\d{3}(?!\d))")
_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty"""
_TENS = "thirty forty fifty sixty seventy eighty ninety hundred"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
_SPELLED = {
    word: str(start + step * place)
    for words_, start, step in ((_UNITS, 0, 1), (_TENS, 30, 10), (_ORDINALS, 1, 1))
    for place, word in enumerate(words_.split())
}
_NAME = re.compile(r"[^\W_]+(?:['’][^\W_]+|\.[^\W_](?![^\W_]))*")
_OPENS = re.compile(r"(?:^|[.!?…:;]|--|[—–•])[\"'”’)\]]*\s*[\"'“‘(\[]*$|[\"“‘(\[]$|\n\s*$")
_LOOKED_BACK = 40  # characters between a word and the one before it
_ENDINGS = ("ian", "ean", "ese", "ish", "ain", "an", "es", "a", "i", "y", "s", "n")
_NO_NAMES = {"mr", "mrs", "ms", "dr", "am", "pm"}
_SPELLING = (0.005, 0.5)  # outside these shares of capital letters a text's capitals tell nothing


def numbers(source: str, summary: str) -> Verdict:
    """Rejects numbers in digits that are not in the source, neither in digits nor (up to 100) in words."""
    known = {
        _plain(number) for text in (source, _GROUPED.sub("", source)) for number in _NUMBER.findall(text)
    }
    known |= {number for word in words(source) for number in _spelled(word)}
    invented = [number for number in _NUMBER.findall(_joined(summary)) if _plain(number) not in known]
    return reject(summary, f"not in the text: {quoted(invented)}") if invented else accept(summary)


def names(source: str, summary: str) -> Verdict:
    """Rejects words with a capital inside a sentence that the source does not have in any spelling.

    A word the source has with another ending ("Iranian" for "Iran") or as initials ("UN") is known. Judges
    nothing if names cannot be told by their capitals in the source or the summary.
    """
    if not _tells_by_capitals(source) or not _tells_by_capitals(summary):
        return accept(summary)
    found = _names(source)
    known = {form for word in found for form in _forms(word)} | _initials(found)
    invented = [name for name in _capitalised(summary) if not _forms(name) & known]
    return reject(summary, f"not in the text: {quoted(invented)}") if invented else accept(summary)


def copy(source: str, summary: str, *, lowest: float = 0.0, highest: float = 1.0, size: int = 3) -> Verdict:
    """Rejects a share of words in runs of `size` or more copied from the source outside these bounds.

    The defaults let everything pass: an extractive teacher copies all it writes, an abstractive one little.
    """
    tokens = words(summary)
    runs = set(ngrams(words(source), size))
    copied = {
        place
        for start, run in enumerate(ngrams(tokens, size))
        if run in runs
        for place in range(start, start + size)
    }
    share = len(copied) / max(1, len(tokens))
    if lowest <= share <= highest:
        return accept(summary)
    return reject(summary, f"{share:.0%} copied, not {lowest:.0%} to {highest:.0%}")


def _spelled(word: str) -> list[str]:
    """The numbers in a word: 30, 6 and 36 in "thirty-six"."""
    found = [_SPELLED[part] for part in word.split("-") if part in _SPELLED]
    return [
        *found,
        *(str(int(tens) + int(unit)) for tens, unit in pairwise(found) if int(unit) < 10 < int(tens)),
    ]


def _plain(number: str) -> str:
    """`1,500` → `1500`, `2.50` → `2.5`, `07` → `7`; the digits of any script are equal."""
    number = "".join(str(unicodedata.decimal(sign, sign)) for sign in number if sign != ",")
    number = number.rstrip("0").rstrip(".") if number.count(".") == 1 else number
    return number.lstrip("0") or "0"


def _joined(text: str) -> str:
    """Tokenized texts have `1 , 000`."""
    return re.sub(r"(?<=\d) , (?=\d{3}(?!\d))", ",", text)


def _tells_by_capitals(text: str) -> bool:
    """Whether names are written with capitals and most other words without."""
    letters = sum(map(str.isalpha, text))
    low, high = _SPELLING
    return low < sum(map(str.isupper, text)) / max(1, letters) < high and not _is_title_case(text)


def _is_title_case(text: str) -> bool:
    found = _names(text)
    return sum(word[0].isupper() for word in found) > 0.7 * len(found)


def _names(text: str) -> list[str]:
    """The words that may be names; an accent that is written apart is joined to its letter first."""
    return _NAME.findall(composed(text))


def _capitalised(summary: str) -> list[str]:
    """Words whose capital is their own: those that do not stand first in a sentence or a quotation."""
    found, end = [], 0
    summary = composed(summary)
    for match in _NAME.finditer(summary):
        word, between, end = match[0], max(end, match.start() - _LOOKED_BACK), match.end()
        if not word[0].isupper() or word.lower() in _NO_NAMES or re.match(r".(?:$|['’])", word):
            continue  # the last: "I'm", "T-shirt"
        if not _OPENS.search(summary, between, match.start()):
            found.append(word)
    return found


def _forms(word: str) -> set[str]:
    """A word in lower case without dots and possessive, and its stem without an ending."""
    plain = re.sub(r"['’]s$", "", fold(word)).replace(".", "")
    return {plain, *(plain.removesuffix(end) for end in _ENDINGS if len(plain) - len(end) >= 4)}


def _initials(found: list[str]) -> set[str]:
    """Initials of up to five capitalised words in a row ("un" of "United Nations"), small words left out."""
    telling = [word[0] for word in found if word[0].isupper() or len(word) > 3]
    capitals = "".join(first.lower() if first.isupper() else " " for first in telling)
    return {
        capitals[start : start + size]
        for size in range(2, 6)
        for start in range(len(capitals) - size + 1)
        if " " not in capitals[start : start + size]
    }
