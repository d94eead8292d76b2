"""Text to token ids and back, with the tokenizers library alone."""

import json
import shutil
import subprocess
import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path

from tokenizers import Tokenizer

from models.errors import BadRequest, ModelUnavailable
from models.folders.files import MOST_TOKENIZER, TOKENIZER_PARTS, not_json, read_text
from models.folders.inspection import TOKENIZER_FILES
from models.folders.tokenizer_check import Unfit, check_description

_FAST = "tokenizer.json"
_CONVERTERS = {"sentencepiece": "sentencepiece", "google.protobuf": "protobuf"}
_PATIENCE_SECONDS = 300  # to import transformers on a busy machine, and to convert 250,000 pieces


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

    def __init__(self, tokenizer: Tokenizer, eos: int | None = None, rows: int = 0) -> None:
        self._tokenizer, self._rows = tokenizer, rows
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._special = [
            str(token.content) for token in tokenizer.get_added_tokens_decoder().values() if token.special
        ]
        self._unknown = tokenizer.token_to_id("<unk>")
        self.opening, self.closing = self._specials(eos)

    @property
    def size(self) -> int:
        """Rows that an embedding needs for the vocabulary, added entries included."""
        return max(self._rows, self._tokenizer.get_vocab_size(with_added_tokens=True))

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
        [encoded] = self.encode_many([text])
        return encoded

    def encode_many(self, texts: Sequence[str]) -> list[Encoded]:
        """`encode` for many texts, on all processors."""
        # In a batch, even of one: only there the library lets other threads run meanwhile.
        with _panics_caught("work with this text"):
            found = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [Encoded(text, each.ids, each.offsets) for text, each in zip(texts, found, strict=True)]

    def unknown(self, encoded: Encoded, tokens: int) -> str:
        """The letters and signs, one by one, that the vocabulary lacks among this many first tokens."""
        pieces = (
            encoded.text[start:end]
            for token, (start, end) in zip(encoded.ids[:tokens], encoded.spans, strict=False)
            if token == self._unknown
        )
        return visible("".join(pieces))

    def wrap(self, ids: list[int]) -> list[int]:
        """The ids with the special tokens the model expects around an input."""
        return [*self.opening, *ids, *self.closing]

    def room(self, limit: int) -> int:
        """How many text tokens fit into a limit that counts the special ones too."""
        return limit - len(self.opening) - len(self.closing)

    def decode(self, ids: list[int]) -> str:
        """Plain text of token ids; special tokens leave no trace."""
        with _panics_caught("work with this text"):
            return self._tokenizer.decode(ids, skip_special_tokens=True)

    def _specials(self, eos: int | None) -> tuple[list[int], list[int]]:
        bare = self._tokenizer.encode("a", add_special_tokens=False).ids
        full = self._tokenizer.encode("a").ids
        start = next((i for i in range(len(full)) if full[i : i + len(bare)] == bare), 0)
        closing = full[start + len(bare) :]
        return full[:start], closing or ([] if eos is None else [eos])


def visible(text: str) -> str:
    """Its letters, digits and signs, without diacritics and spaces."""
    return "".join(sign for sign in text if unicodedata.category(sign)[0] not in "CMZ")


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
    if file.is_file():
        return _opened(read_text(file, MOST_TOKENIZER), file, eos)
    return _opened(_converted(folder), folder, eos)


def _opened(text: str, origin: Path, eos: int | None) -> TextTokenizer:
    """The tokenizer of a description, which is judged first."""
    try:
        rows = check_description(json.loads(text))
        with _panics_caught("be opened"):
            return TextTokenizer(Tokenizer.from_str(text), eos, rows)
    except Exception as error:  # the library raises bare Exceptions
        raise ModelUnavailable(
            f"The tokenizer {origin} cannot be used: {_why(error)}. Save the model's own tokenizer there."
        ) from error


def _why(error: Exception) -> str:
    """What is wrong with a description; where only the library knows, what it says, called that."""
    if isinstance(error, Unfit):
        return str(error)
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, ValueError) and not isinstance(error, UnicodeError):
        return f"it is not valid JSON ({not_json(error)})"
    said = " ".join(str(error).rstrip(".").split())[:200]
    return f"the library that reads tokenizers does not take what it holds (it says: {said})"


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
    for name in TOKENIZER_PARTS:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)
    if not (target / _FAST).is_file():
        (target / _FAST).write_text(_converted(source), encoding="utf-8")


def _converted(folder: Path) -> str:
    """The description of the tokenizer of a folder that has only a SentencePiece model or a vocabulary.

    It is made in a process of its own, with limits: the file is read by native code that trusts it.
    """
    files = [folder / name for name in (*TOKENIZER_PARTS, "config.json") if (folder / name).is_file()]
    if large := [file for file in files if file.stat().st_size > MOST_TOKENIZER]:
        raise ModelUnavailable(f"{large[0]} is too large for a tokenizer.")
    return _described(folder, tuple((file.name, file.stat().st_mtime_ns) for file in files))


@lru_cache(maxsize=8)
def _described(folder: Path, files: tuple[tuple[str, int], ...]) -> str:
    command = [sys.executable, "-m", "models.folders.tokenizer_conversion", str(folder)]
    root = Path(__file__).parents[2]
    try:
        answer = subprocess.run(
            command, cwd=root, capture_output=True, check=False, timeout=_PATIENCE_SECONDS
        )
        reason = (answer.stderr.decode(errors="replace").strip().splitlines() or ["it ended"])[-1]
    except subprocess.TimeoutExpired:
        raise ModelUnavailable(f"The tokenizer in {folder} took too long to convert.") from None
    if answer.returncode:
        lacking = [name for name in _CONVERTERS if find_spec(name) is None]
        why = "" if lacking else ": it is damaged, or of a kind nobody knows"
        remedy = f"Run pip install {' '.join(_CONVERTERS.values())}" if lacking else "Fetch the model again"
        raise ModelUnavailable(
            f"{folder} has no {_FAST}, and what it has ({', '.join(name for name, _ in files)}) cannot be"
            f" made one{why}. {remedy}, or save its fast tokenizer there."
        ) from RuntimeError(reason[:1000])
    return answer.stdout.decode()


@contextmanager
def _panics_caught(what: str) -> Iterator[None]:
    """A panic of the library, which is no `Exception`, ends a request and not the thread that serves it."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise BadRequest(f"The model's tokenizer cannot {what}: {str(error)[:200]}.") from None
