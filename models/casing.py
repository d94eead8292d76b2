"""Natural text out of a model that writes lower case: symbolic rules, from the source's own spelling."""

import re
from collections import Counter

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_SENTENCE_START = re.compile(r"(?:^|(?<=[.!?])\s|\n)[\"'(“‘\s]*$")
_TITLES = r"\b(?:mr|mrs|ms|dr|st|jr|sr|no|vs|gen|sen|rep|gov|prof)"
_ABBREVIATION = re.compile(rf"(?:(?<![\w'’])(?:[a-z]\.)+|{_TITLES})\.?$", re.IGNORECASE)
_BEFORE_NAME = re.compile(rf"(?:(?<![\w.'’])[a-z]|{_TITLES})\.$", re.IGNORECASE)  # "George A. Romero"
_START = re.compile(r"(^|[.!?][\"')]*\s+)([\"'(]*)([a-z])")
_DATELINE = re.compile(
    r"(?!the\b|[^(]{0,40}press)[\w.,' -]{0,40}\(\s*(?:cnn|reuters|ap|afp)\s*\)\s*(?:--|[—–-])?\s*(?=\S)",
    re.IGNORECASE,
)
_DASH = re.compile(r"(\w+)(\s*(?:--+|[–—])\s*|\s+-\s+)(?=(\w+))")  # between words, and no hyphen
_HYPHEN = re.compile(r"(\w+)-(?=(\w+))")
_LOOKED_BACK = 10  # characters, for the longest abbreviation
_LOUD = 0.6  # a text with a larger share of capital letters tells nothing about spelling


class Casing:
    """How the words of a source are spelled, to write a lower-case summary of it the same way.

    A word takes the form it most often has inside the source's sentences after the same word ("United
    States"), else after any. A capital at the start of a sentence proves nothing, unless the next word has
    one too ("Zully Broussard gave").
    """

    def __init__(self, source: str) -> None:
        forms: dict[tuple[str, ...], Counter[str]] = {}
        letters = sum(map(str.isalpha, source))
        if letters and sum(map(str.isupper, source)) / letters < _LOUD:
            for before, word in _telling_words(source):
                for key in ((word.lower(),), (before, word.lower())):
                    forms.setdefault(key, Counter())[word] += 1
        self._forms = {key: counted.most_common(1)[0][0] for key, counted in forms.items()}
        self._dashes = {(m[1].lower(), m[3].lower()): m[2] for m in _DASH.finditer(source)}

    def restore(self, text: str) -> str:
        """The text with the source's capitals and dashes, capitalised sentences and paired quotation marks.

        Without the place and agency that a news story opens with ("new delhi (cnn)"): copied, they stand in
        front of what is no longer a report's beginning.
        """
        if dateline := _DATELINE.match(text):
            text = text[dateline.end() :]
        dashed = _HYPHEN.sub(self._dash, pair_quotes(text))
        return _capitalise(self._respelled(dashed))

    def _dash(self, match: re.Match[str]) -> str:
        return match[1] + self._dashes.get((match[1].lower(), match[2].lower()), "-")

    def _respelled(self, text: str) -> str:
        before = ""

        def form(match: re.Match[str]) -> str:
            nonlocal before
            word = match[0]
            known = self._forms.get((before, word)) or self._forms.get((word,))
            if known is None and (head := re.match(r"\w+(?=['’])", word)):  # "obama's" after "Obama"
                known = self._forms.get((head[0],), head[0]) + word[head.end() :]
            before = "I" if word == "i" else known or word
            return before

        return _WORD.sub(form, text)


def pair_quotes(text: str) -> str:
    """Set spaces outside each pair of double quotation marks and none inside; drop one without a partner."""
    pieces = text.split('"')
    if len(pieces) % 2 == 0:  # an odd number of marks
        last = pieces.pop()
        pieces[-1] = f"{pieces[-1].rstrip()} {last.lstrip()}"
    out = pieces[0]
    for index, piece in enumerate(pieces[1:], 1):
        if index % 2:
            gap = "" if not out or out.endswith(("(", " ", "\n")) else " "
            out = f'{out}{gap}"{piece.strip()}"'
        else:
            gap = "" if not piece.strip() or piece.lstrip()[0] in ".,;:!?)" else " "
            out = f"{out}{gap}{piece.lstrip()}"
    return out.strip()


def _telling_words(source: str) -> list[tuple[str, str]]:
    """The words whose capitals, or lack of them, are the word's own and not its sentence's; each after the
    word before it."""
    matches = list(_WORD.finditer(source))
    told, last = [], ""
    for match, following in zip(matches, [*matches[1:], None], strict=True):
        word, before, last = match[0], last, match[0]
        plain_capital = (word[:1].isupper() and word[1:].islower()) or len(word) == 1
        if plain_capital and _starts_sentence(source[max(0, match.start() - _LOOKED_BACK) : match.start()]):
            adjacent = following is not None and source[match.end() : following.start()] == " "
            if not (adjacent and following is not None and following[0][:1].isupper()):
                continue
        told.append((before, word))
    return told


def _starts_sentence(before: str) -> bool:
    """Whether a word after these characters is a sentence's first."""
    return bool(_SENTENCE_START.search(before)) and not _BEFORE_NAME.search(before.rstrip())


def _capitalise(text: str) -> str:
    def raised(match: re.Match[str]) -> str:
        stop = match.start(1) + 1
        if match[1].startswith(".") and _ABBREVIATION.search(text[max(0, stop - _LOOKED_BACK) : stop]):
            return match[0]
        return match[1] + match[2] + match[3].upper()

    return _START.sub(raised, text)
