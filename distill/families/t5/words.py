"""What a circuit has to know of a vocabulary."""

from dataclasses import dataclass

from models.decoding import PREFIX
from models.folders.tokenizer import TextTokenizer

_TELLING = 4  # letters of a word that tells something; shorter ones are mostly "the", "of", "was"
_STOP = "."


@dataclass(frozen=True)
class Words:
    """Ids of tokens.

    Args:
        stop: The full stop, after which a sentence begins.
        prompt: The last of the prompt, after which the text begins.
        telling: Those with four letters or more. Most of the others come again in every text.
    """

    stop: int
    prompt: int
    telling: tuple[int, ...]


def words_of(tokenizer: TextTokenizer) -> Words | None:
    """Those of a tokenizer; None where it has no full stop of its own, or no word that tells something."""
    stop = tokenizer.encode(f"ran{_STOP}").ids[-1]
    telling = tuple(sorted(number for piece, number in tokenizer.vocabulary().items() if _tells(piece)))
    if tokenizer.piece(stop) != _STOP or not telling:
        return None
    return Words(stop, tokenizer.encode(PREFIX.rstrip()).ids[-1], telling)


def _tells(piece: str) -> bool:
    return sum(map(str.isalpha, piece)) >= _TELLING and not piece.startswith("<")
