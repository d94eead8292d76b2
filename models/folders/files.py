"""Reading a model folder, which may contain anything: with limits, and errors that name the file."""

import json
from pathlib import Path
from typing import Any, TypeGuard

from models.errors import ModelUnavailable

MOST_SETTINGS = 4_000_000
"""Bytes of a file of settings at most; those of the largest models have some thousands."""
MOST_INDEX = 32_000_000
MOST_TOKENIZER = 64_000_000
"""Bytes of a tokenizer at most: that of mT5, with 250,000 pieces, has 16 million."""
TOKENIZER_PARTS = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "vocab.json",
    "merges.txt",
)
"""The files that a tokenizer may be in; no model has all of them."""
_AGAIN = "fetch or save the model again"


def read_text(file: Path, most: int) -> str:
    """The text of a file of at most this many bytes.

    Raises:
        ModelUnavailable: It is larger, no text, or cannot be read.
    """
    try:
        if file.stat().st_size > most:
            raise ModelUnavailable(
                f"{file} has {file.stat().st_size / 1e6:.0f} MB, and a file of its kind at most"
                f" {most / 1e6:.0f}: it belongs to no model the studio can run."
            )
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ModelUnavailable(f"{file} is not text ({error.reason}); {_AGAIN}.") from error
    except OSError as error:
        raise ModelUnavailable(f"{file} cannot be read: {error.strerror or error}.") from error
    if text.startswith("\ufeff"):
        raise ModelUnavailable(
            f"{file} begins with a byte order mark, which the libraries that load models do not read; save it"
            " as UTF-8 without one."
        )
    return text


def read_object(file: Path, most: int = MOST_SETTINGS) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        ModelUnavailable: The file cannot be read, or holds something else.
    """
    try:
        found = json.loads(read_text(file, most))
    except ValueError as error:
        raise ModelUnavailable(f"{file} is not valid JSON ({not_json(error)}); {_AGAIN}.") from error
    except RecursionError as error:
        raise ModelUnavailable(f"{file} is nested too deeply; {_AGAIN}.") from error
    if not isinstance(found, dict):
        raise ModelUnavailable(f"{file} must hold one JSON object, not {_kind(found)}; {_AGAIN}.")
    return found


def not_json(error: ValueError) -> str:
    """Why a text is no JSON, in words; of a number with thousands of digits Python speaks of itself."""
    return str(error) if isinstance(error, json.JSONDecodeError) else "a number in it has too many digits"


def is_whole(value: Any) -> TypeGuard[int]:
    """Whether a value is a whole number; JSON's true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def shown(value: Any) -> str:
    """A value as a message has it; `repr` refuses a number of thousands of digits."""
    return json.dumps(value)[:80]


def _kind(value: Any) -> str:
    return {list: "a list", str: "text", type(None): "null"}.get(type(value), "a number or a truth value")
