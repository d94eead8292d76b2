"""Text before and after a model: what is accepted, how a long text is divided, what the reader gets."""

import re
import unicodedata
from bisect import bisect_right

from models.errors import BadRequest
from models.text.sentences import OPENERS, SHORT_FORMS, TITLES, sentence_ends

CHARACTER_LIMIT = 1_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LAST_INITIAL = re.compile(r"(?<![\w.])([^\W\d_])\.$")
# Before a letter of its own, which ends no name: "vitamin C. Researchers said".
_LETTERED = re.compile(
    r"\b(?:vitamin|plan|option|hepatitis|influenza|type|class|group|grade|section|part|appendix|exhibit|letter"
    r"|row|gate|terminal|malcolm)s?\W+\w\.$",
    re.IGNORECASE,
)
# The rest of a name, after an initial: of a capital word that is not a sentence's first.
_NAME_GOES_ON = (
    rf"\.\s+(?!(?i:{OPENERS}|then|there|here|now|so|yet|also|later|i|who|what|how|why)\b)([^\W\d_]\w+)"
)
# How a text may end, and how its source goes on there if that was no end; the first ending counts.
_TORN_ENDS = tuple(
    (re.compile(ending, re.IGNORECASE), onwards)
    for ending, onwards in (
        (rf"(?<!\w)(?:{TITLES})\.$", r"\.\s*\w"),
        (rf"(?<!\w)(?:no|{SHORT_FORMS})\.$", r"\.[\s,]*[\da-z]"),  # a capital may begin a sentence
        (r"\.$", r"\.(?:\w|[,;:])"),  # "14.9", "Fortune.com", "Apple Inc., which"
        (r"['’]$", r"\s?['’]\w"),  # "Obama's"
        (r"[\w,;:–—-]$", r"(?:\w|[^\w.!?…]+\w)"),
    )
)
# The place and agency a news story opens with: "Baghdad, Iraq (CNN) --", "St. Louis, Nov. 3 (Reuters) -".
# Only CNN leaves out the dash; without it others may be no agencies: "Federal Police (AFP) officers".
_PLACE = rf"""(?!the\b|[^(]{{0,40}}press)
    (?:[^.!?()"] | (?<=\b\w)\. | \b(?:{TITLES}|{SHORT_FORMS})\.){{0,40}}"""
_AGENCY = r"""\(\s*(?:cnn\s*\)\s*(?:--|[—–-])? | (?:reuters|ap|afp)\s*\)\s*(?:--|[—–_-]))\s*"""
_SURE_DATELINE = re.compile(_PLACE + _AGENCY, re.IGNORECASE | re.VERBOSE)
_DATELINE = re.compile(
    rf"""{_PLACE} (?:{_AGENCY} | \([^()\d]{{2,40}}\)\s*(?:--|[—–])\s*)  # Paris, France (Wired) --
    |\([^().!?\d]{{2,40}}\)\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_COPIED = 4  # last words that stand so in the source are copied from there


def clean(text: str) -> str:
    """The text as a model may see it, `printable`.

    Raises:
        BadRequest: There is no text, or far too much.
    """
    if not isinstance(text, str):
        raise BadRequest(f"The text is a {type(text).__name__}; send a string.")
    if len(text) > CHARACTER_LIMIT:
        raise BadRequest(
            f"The text has {len(text):,} characters; {CHARACTER_LIMIT:,} is the limit. Paste a part of it."
        )
    text = printable(text)
    if blank(text):
        raise BadRequest("Paste a text first: there is nothing to summarise.")
    return text


def printable(text: str) -> str:
    """The text as valid Unicode, control characters as spaces, no outer white space."""
    text = text.encode("utf-8", "replace").decode()  # half a surrogate pair is no text to the tokenizer
    return _CONTROL.sub(" ", text).strip()


def blank(text: str) -> bool:
    """Whether a text has no visible character."""
    return all(unicodedata.category(character)[0] in "CZ" for character in text)


def divide(length: int, stops: list[int], room: int) -> list[tuple[int, int]]:
    """Divide `length` tokens into pieces of at most `room`, about equally long, at stops where there are any.

    Args:
        length: Number of tokens.
        stops: Ascending places between tokens where a sentence ends.
        room: Most tokens in a piece.

    Returns:
        Start and end of each piece.
    """
    pieces, start = [], 0
    while length - start > room:
        left = -(-(length - start) // room)
        aim = start - (-(length - start) // left)
        within = stops[bisect_right(stops, start) : bisect_right(stops, start + room)]
        end = min(within, key=lambda stop: abs(stop - aim), default=aim)
        pieces.append((start, end))
        start = end
    return [*pieces, (start, length)]


def without_dateline(text: str, sure: bool = False) -> str:
    """The text without the place and agency a news story opens with: "Baghdad, Iraq (CNN) --".

    Args:
        text: The text.
        sure: Only that of a news agency; else also what may be a source's name: "(Wired)".
    """
    opening = (_SURE_DATELINE if sure else _DATELINE).match(text)
    rest = text[opening.end() :] if opening else ""
    return text if blank(rest) else rest


def finish(text: str, source: str, cut: bool = False) -> str:
    """What the reader gets of a decoded text that is complete: only its whole sentences, if it has one and
    ends in the middle of another.

    Args:
        text: The text.
        source: What it summarises.
        cut: Whether the longest length ended it. Else it may have ended within a sentence that it copied, or
            at the first full stop of "the U.S.", or at that of "No. 1".
    """
    text = text.strip()
    torn = _torn(text, source)
    ends = [end for end in sentence_ends(text) if not torn or end < len(text)] if cut or torn else []
    return text[: ends[-1] if ends else None]


def _torn(text: str, source: str) -> bool:
    """Whether a text ends within a name or initials that are whole in its source, or where that goes on."""
    if initial := _LAST_INITIAL.search(text):
        whole = re.search(rf"\b{initial[1]}\.\s?\w\.", source, re.IGNORECASE) is not None
        return whole or _in_name(text, source)
    onwards = next((onwards for ending, onwards in _TORN_ENDS if ending.search(text)), None)
    goes_on = onwards is not None and re.search(f"{_last_words(text)}{onwards}", source) is not None
    return goes_on or _goes_on_small(text, source)


def _last_words(text: str) -> str:
    words = re.findall(r"\w+", text)[-_COPIED:]
    return r"\b(?i:" + r"\W+".join(map(re.escape, words)) + ")"


def _last_sentence(text: str) -> str:
    *_, begin = 0, *(end for end in sentence_ends(text) if end < len(text))
    return text[begin:]


def _goes_on_small(text: str, source: str) -> bool:
    """Whether the source goes on in small letters after the text's full stop: "at 5 a.m. on Monday"."""
    if not text.endswith(".") or not any(map(str.isupper, source)):  # without capitals there is no telling
        return False
    return re.search(rf"{_last_words(_last_sentence(text))}\.\s+[a-z]", source) is not None


def _in_name(text: str, source: str) -> bool:
    """Whether an initial at the end of a text is followed by the name's rest: "oil tycoon J. Paul Getty"."""
    following = re.search(_last_words(_last_sentence(text)) + _NAME_GOES_ON, source)
    if following is None or _LETTERED.search(text):
        return False
    return not re.search(rf"\b{re.escape(following[1].lower())}\b", source)  # in lower case it is not a name
