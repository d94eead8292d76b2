"""Restores natural case in the text of a model that writes lower case, by symbolic rules from the source."""

import re
from collections import Counter
from itertools import zip_longest

from models.text.copies import WORD, Copies, SourceWord, spaced
from models.text.sentences import OPENERS, SHORT_FORMS, TITLES
from models.text.spelling import Spelling
from models.text.tidying import without_dateline

_SENTENCE_START = re.compile(r"(?:^|[.!?…][\"'”’)\]]*\s|\n)[\"'(“‘\s]*$")
_SHORT = rf"\b(?:{TITLES}|{SHORT_FORMS}|no)"
_ABBREVIATION = re.compile(rf"(?:(?<![\w'’])(?:[a-z]\.)+|{_SHORT}\.)$", re.IGNORECASE)
_BEFORE_NAME = re.compile(rf"(?:(?<![\w.'’])[a-z]|{_SHORT})\.$", re.IGNORECASE)  # "George A. Romero"
_START = re.compile(r"(^|[.!?][\"')]*\s+)([\"'(]*)([^\W\d_])")
_AFTER_STOP = re.compile(r"(?<!\S)[\"'“‘(]*+(\S+?)\.[\"'”’)]*\s+[\"'“‘(]*([^\W\d_])")
_LAST_WORD = re.compile(r"(?<!\S)[\"'(]*+(\S+)\.$")
_DASH = re.compile(r"(?<!\w)(\w++)(\s*+(?:--+|[–—])\s*+|\s++-\s++)(?=(\w+))")  # between words, and no hyphen
_HYPHEN = re.compile(r"(?<!\w)(\w++)-(?=(\w+))")
_LOOKED_BACK = 20  # characters, for the longest abbreviation
_SPELLING = (0.005, 0.6)  # outside these shares of capital letters a text's capitals tell nothing
_HEADING = 0.7  # a line without a full stop in which more of the words have capitals
# Before a name that follows these at a sentence's start they have no capital of their own: "The BBC said".
_SMALL = re.compile(f"(?:{OPENERS})", re.IGNORECASE)


class Casing:
    """How the words of a source are spelled, to write a lower-case summary of it the same way.

    Words that are copied, three or more in a row, stand as they do in the place they come from. Any other
    takes the form it most often has inside the source's sentences after the same word ("United States"), else
    after any, and that of a heading only where there is no other. A capital at the start of a sentence proves
    nothing, unless the next word has one too ("Zully Broussard gave").
    """

    def __init__(self, source: str) -> None:
        source = source.replace("’", "'")  # as models write it
        self._spelling = Spelling(source)
        self._forms: dict[tuple[str, ...], str] = {}
        self._starts: dict[str, bool] = {}  # whether a capital follows "word."
        self._copies = Copies()
        low, high = _SPELLING
        if low < sum(map(str.isupper, source)) / max(1, sum(map(str.isalpha, source))) < high:
            headings, body = _divided(source)
            self._forms = {**_forms(headings), **_forms(body)}
            self._copies = Copies(_telling(source))
            self._starts = {m[1].lower(): m[2].isupper() for m in _AFTER_STOP.finditer(body)}
        self._dashes = {(m[1].lower(), m[3].lower()): m[2] for m in _DASH.finditer(source)}

    def restore(self, text: str) -> str:
        """The text with the source's spelling, capitals and dashes, a capital at the start of each
        sentence and quotation marks in pairs.

        Without the place and agency that a news story opens with ("new delhi (cnn)"): copied, they stand in
        front of what is no longer a report's beginning.
        """
        mended = self._spelling.mend(without_dateline(text))
        dashed = _HYPHEN.sub(self._dash, pair_quotes(mended))
        return self._respelled(dashed)

    def _dash(self, match: re.Match[str]) -> str:
        return match[1] + self._dashes.get((match[1].lower(), match[2].lower()), "-")

    def _respelled(self, text: str) -> str:
        """The text with each word in its form, and a capital after each full stop that ends a sentence."""
        matches = list(WORD.finditer(text))
        copies = self._copies.find([(gap, word.lower()) for gap, word in spaced(text, matches)])
        pieces, settled, end, before = [], set(), 0, ""
        for match, copy in zip(matches, copies, strict=True):
            word = match[0]
            form = copy.form if copy else None
            form = form or self._forms.get((before, word)) or self._forms.get((word,))
            if form is None and (head := re.match(r"\w+(?=['’])", word)):  # "obama's" after "Obama"
                form = self._forms.get((head[0],), head[0]) + word[head.end() :]
            pieces += [text[end : match.start()], before := form or ("I" if word == "i" else word)]
            end = match.end()
            if copy and copy.settled:
                settled.add(match.start())
        return self._capitalised("".join([*pieces, text[end:]]), settled)

    def _capitalised(self, text: str, settled: set[int]) -> str:
        """A capital after each full stop that ends a sentence, as far as the source tells."""

        def raised(match: re.Match[str]) -> str:
            if match.start(3) in settled:
                return match[0]
            stop = match.start(1) + 1
            before = text[max(0, stop - _LOOKED_BACK) : stop]
            starts = True
            if match[1].startswith(".") and (last := _LAST_WORD.search(before)):
                starts = self._starts.get(last[1].lower(), not _ABBREVIATION.search(before))
            return match[1] + match[2] + match[3].upper() if starts else match[0]

        return _START.sub(raised, text)


def pair_quotes(text: str) -> str:
    """Set spaces outside each pair of double quotation marks and none inside; drop one without a partner."""
    pieces = text.split('"')
    if len(pieces) % 2 == 0:  # an odd number of marks
        last = pieces.pop()
        pieces[-1] = f"{pieces[-1].rstrip()} {last.lstrip()}"
    out, last = [pieces[0]], pieces[0]
    for index, piece in enumerate(pieces[1:], 1):
        if index % 2:
            gap = "" if not last or last.endswith(("(", " ", "\n")) else " "
            shown = f'{gap}"{piece.strip()}"'
        else:
            gap = "" if not piece.strip() or piece.lstrip()[0] in ".,;:!?)" else " "
            shown = f"{gap}{piece.lstrip()}"
        out.append(shown)
        last = shown or last
    return "".join(out).strip()


def _divided(source: str) -> tuple[str, str]:
    """A text's headings, which have capitals of their own kind, and the rest."""
    lines = source.splitlines()
    headings = [line for line in lines if _is_heading(line)]
    return "\n".join(headings), "\n".join(line for line in lines if not _is_heading(line))


def _is_heading(line: str) -> bool:
    words = WORD.findall(line)
    capitals = sum(word[0].isupper() for word in words)
    return capitals > _HEADING * len(words) and line.rstrip()[-1] not in ".!?…\"'”’"


def _forms(source: str) -> dict[tuple[str, ...], str]:
    """The usual form of each word, alone and after the word before it; of two as usual the last."""
    forms: dict[tuple[str, ...], Counter[str]] = {}
    words = _telling(source)
    befores = ["", *(entry.word for entry in words)]
    for before, entry in reversed([*zip(befores, words, strict=False)]):
        if not entry.tells:
            continue
        word = entry.word
        for form in {word, word.removesuffix("'s")}:  # "Obama" from "Obama's"
            for key in ((form.lower(),), (before, form.lower())):
                forms.setdefault(key, Counter())[form] += 1
    return {key: counted.most_common(1)[0][0] for key, counted in forms.items()}


def _telling(source: str) -> list[SourceWord]:
    """The words, each after the signs before it and with whether its capitals, or lack of them, are its own
    and not its sentence's."""
    matches = list(WORD.finditer(source))
    told = []
    for match, following, (gap, _) in zip_longest(matches, matches[1:], spaced(source, matches)):
        word, tells = match[0], True
        plain_capital = (word[:1].isupper() and word[1:].islower()) or len(word) == 1
        if plain_capital and _starts_sentence(source[max(0, match.start() - _LOOKED_BACK) : match.start()]):
            adjacent = following is not None and source[match.end() : following.start()] == " "
            named = adjacent and following is not None and following[0][:1].isupper()
            tells = named and not _SMALL.fullmatch(word)
        told.append(SourceWord(gap, word, tells))
    return told


def _starts_sentence(before: str) -> bool:
    """Whether a word after these characters is a sentence's first."""
    return bool(_SENTENCE_START.search(before)) and not _BEFORE_NAME.search(before.rstrip())
