"""Text to token ids and back, with the tokenizers library alone."""

import shutil
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from pathlib import Path

from tokenizers import Tokenizer

from models.errors import ModelUnavailable
from models.inspection import TOKENIZER_FILES

_FAST = "tokenizer.json"
_FILES = (
    _FAST,
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "vocab.json",
    "merges.txt",
)


@dataclass(frozen=True)
class Encoded:
    """Token ids of a text without special tokens, and the places each token starts at and ends before."""

    text: str
    ids: list[int]
    spans: list[tuple[int, int]]

    def tokens_before(self, character: int) -> int:
        """How many tokens end at or before a place in the text."""
        return bisect_right(self.spans, character, key=itemgetter(1))


class TextTokenizer:
    """A model's tokenizer. Safe to share between threads."""

    def __init__(self, tokenizer: Tokenizer, eos: int | None = None) -> None:
        self._tokenizer = tokenizer
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._special = [
            str(token.content) for token in tokenizer.get_added_tokens_decoder().values() if token.special
        ]
        self._unknown = tokenizer.token_to_id("<unk>")
        self.opening, self.closing = self._specials(eos)

    @property
    def size(self) -> int:
        """Entries of the vocabulary, added ones included."""
        return self._tokenizer.get_vocab_size(with_added_tokens=True)

    def vocabulary(self) -> dict[str, int]:
        """Every token and its id, added ones included."""
        return self._tokenizer.get_vocab(with_added_tokens=True)

    def piece(self, token: int) -> str:
        """A token as the vocabulary writes it; its number where there is none."""
        return self._tokenizer.id_to_token(token) or f"#{token}"

    def disarm(self, text: str) -> str:
        """The text with special tokens spelt apart: a pasted `</s>` is text, not the end of it."""
        for token in self._special:
            text = text.replace(token, f"{token[0]} {token[1:]}")
        return text

    @cached_property
    def lowercases(self) -> bool:
        """Whether it knows no capitals, so that a summary's must be restored."""
        return self.decode(self.encode("A").ids).strip() == "a"

    def encode(self, text: str) -> Encoded:
        """The tokens of a text, of any length, without special ones."""
        # In a batch, even of one: only there the library lets other threads run meanwhile.
        [encoding] = self._tokenizer.encode_batch([text], add_special_tokens=False)
        return Encoded(text, encoding.ids, encoding.offsets)

    def unknown(self, encoded: Encoded, tokens: int) -> str:
        """The letters and signs, each once, that the vocabulary lacks among so many first tokens."""
        pieces = (
            encoded.text[start:end]
            for token, (start, end) in zip(encoded.ids[:tokens], encoded.spans, strict=False)
            if token == self._unknown
        )
        visible = (sign for piece in pieces for sign in piece if unicodedata.category(sign)[0] not in "CMZ")
        return "".join(dict.fromkeys(visible))

    def wrap(self, ids: list[int]) -> list[int]:
        """The ids with the special tokens the model expects around an input."""
        return [*self.opening, *ids, *self.closing]

    def room(self, limit: int) -> int:
        """How many text tokens fit into a limit that counts the special ones too."""
        return limit - len(self.opening) - len(self.closing)

    def decode(self, ids: list[int]) -> str:
        """Plain text of token ids; special tokens leave no trace."""
        return self._tokenizer.decode(ids, skip_special_tokens=True)

    def _specials(self, eos: int | None) -> tuple[list[int], list[int]]:
        bare = self._tokenizer.encode("a", add_special_tokens=False).ids
        full = self._tokenizer.encode("a").ids
        start = next((i for i in range(len(full)) if full[i : i + len(bare)] == bare), 0)
        closing = full[start + len(bare) :]
        return full[:start], closing or ([] if eos is None else [eos])


def open_tokenizer(folder: Path, eos: int | None = None) -> TextTokenizer:
    """Open a model folder's tokenizer.

    Args:
        folder: A model folder.
        eos: The end token, for tokenizers that do not append it themselves.

    Raises:
        ModelUnavailable: There is none, or it cannot be read.
    """
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise ModelUnavailable(f"{folder} has no tokenizer ({', '.join(TOKENIZER_FILES[:2])}).")
    file = folder / _FAST
    try:
        return TextTokenizer(Tokenizer.from_file(str(file)) if file.is_file() else _converted(folder), eos)
    except Exception as error:  # the library raises bare Exceptions
        if not file.is_file():
            raise ModelUnavailable(
                f"{folder} has no tokenizer.json, only an older tokenizer that cannot be converted here. Run "
                "pip install sentencepiece protobuf, or save the model's fast tokenizer beside it."
            ) from error
        raise ModelUnavailable(f"The tokenizer in {folder} cannot be read: {error}") from error


def misfit(folder: Path, size: int, rows: int) -> tuple[str, str]:
    """What is wrong with a tokenizer of more entries than its model has embeddings, and what to do."""
    return (
        f"{folder} has a tokenizer of {size} entries for {rows} embeddings.",
        f"Resize the embeddings to the tokenizer's {size} entries (resize_token_embeddings), or save the"
        " model's own tokenizer beside it.",
    )


def copy_tokenizer(source: Path, target: Path) -> None:
    """Copy the tokenizer of one model folder to another, so that it splits texts there just as it does here.

    transformers would not: for a class that `tokenizer_config.json` names it builds a standard tokenizer
    around the vocabulary, and drops the folder's own normalizer and pre-tokenizer.
    """
    for name in _FILES:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)
    if not (target / _FAST).is_file():
        _converted(source).save(str(target / _FAST))


def _converted(folder: Path) -> Tokenizer:
    """The tokenizer of a folder that has only a SentencePiece model or a vocabulary."""
    from transformers import AutoTokenizer  # slow to import, and seldom needed

    converted = AutoTokenizer.from_pretrained(str(folder), trust_remote_code=False, local_files_only=True)
    return Tokenizer.from_str(converted.backend_tokenizer.to_str())
