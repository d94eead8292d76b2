"""From a model's tokens to the text that the reader gets."""

from collections.abc import Sequence
from typing import NamedTuple

from models.folders.tokenizer import TextTokenizer
from models.text.casing import Casing
from models.text.tidying import finish


class Written(NamedTuple):
    """A text as the reader gets it, and how many tokens of an unfinished sentence at its end are left out."""

    text: str
    left_out: int


class Writer:
    """Turns what a model wrote about one source into text.

    Args:
        tokenizer: The model's.
        source: What the model was given of the text. Text beyond it changes nothing.
        longest: Tokens that a text was allowed to have.
    """

    def __init__(self, tokenizer: TextTokenizer, source: str, longest: int) -> None:
        self._tokenizer, self._source, self._longest = tokenizer, source, longest
        self._restore = Casing(source).restore if tokenizer.lowercases else str

    def so_far(self, tokens: Sequence[int]) -> str:
        """A text that is still growing."""
        return self._restore(self._tokenizer.decode(list(tokens)).strip())

    def finished(self, tokens: Sequence[int]) -> Written:
        """A text that is complete: whole sentences, if it has one."""
        text = self._tokenizer.decode(list(tokens)).strip()
        kept = finish(text, self._source, cut=len(tokens) >= self._longest)
        rest = text[len(kept) :].strip()
        return Written(self._restore(kept), len(self._tokenizer.encode(rest).ids) if rest else 0)
