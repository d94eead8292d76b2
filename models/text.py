"""Text before and after a model: what is let in, where a long one is divided, what the reader gets."""

import re
import unicodedata
from bisect import bisect_right

from models.errors import BadRequest

CHARACTER_LIMIT = 1_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SENTENCE_END = re.compile(r"(?:[.!?…][\"'”’»)\]]*(?=\s)|[。！？]|\n)")


def clean(text: str) -> str:
    """The text as a model may see it: valid Unicode, control characters as spaces, no outer white space.

    Raises:
        BadRequest: There is no text, or far too much.
    """
    if not isinstance(text, str):
        raise BadRequest(f"The text is a {type(text).__name__}; send a string.")
    if len(text) > CHARACTER_LIMIT:
        raise BadRequest(
            f"The text has {len(text):,} characters; {CHARACTER_LIMIT:,} is the limit. Paste a part of it."
        )
    text = text.encode("utf-8", "replace").decode()  # half a surrogate pair is no text to the tokenizer
    if blank(text):
        raise BadRequest("Paste a text first: there is nothing to summarise.")
    return _CONTROL.sub(" ", text).strip()


def blank(text: str) -> bool:
    """Whether a text has no visible character."""
    return all(unicodedata.category(character)[0] in "CZ" for character in text)


def sentence_ends(text: str) -> list[int]:
    """The places (in characters) right after each sentence or line of a text."""
    return [match.end() for match in _SENTENCE_END.finditer(text)]


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


def finish(text: str) -> str:
    """What the reader gets of a decoded text."""
    return text.strip()
