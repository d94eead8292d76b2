"""What a tokenizer would do to a text, judged from its description before it is opened.

The library works in native code: where a step makes a text a million times as long, the memory runs out and
the process ends, whatever Python would catch. So what a description may do is bounded.
"""

import base64
import re
import warnings
from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from models.folders.files import is_whole

_MOST_GROWTH = 16
"""How many times as long a tokenizer may make a text; T5's own keep to 2, this project's to 6."""
_MOST_STEPS = 64
_MOST_SPECIAL = 4096  # tokens with a meaning of their own; T5 has 103
_MOST_AROUND = 16  # special tokens around a text
_LONGEST_OF_UNICODE = 64  # bytes; what a table of normal forms makes of one character at most, as NFKC does
_IDS = 2**31
_LISTS = ("normalizers", "pretokenizers", "decoders", "processors")


class Unfit(Exception):
    """What is wrong with a description."""


def check_description(description: Mapping[str, Any]) -> int:
    """Judge the description of a tokenizer, which is what a tokenizer.json holds.

    Returns:
        One more than its highest id: the rows that an embedding needs at least.

    Raises:
        Unfit: It makes texts far longer, or holds what no tokenizer does.
    """
    try:
        for part in ("normalizer", "pre_tokenizer", "decoder"):
            _check_growth(part, description.get(part))
        _check_template(description.get("post_processor") or {})
        _check_affixes(description["model"])
        return 1 + max(_highest(description["model"]), _added(description.get("added_tokens") or []))
    except RecursionError:
        raise Unfit("it is nested too deeply") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unfit("it is not described as tokenizers are: a part is missing or of another kind") from error


def _check_growth(part: str, step: Any) -> None:
    steps = list(_flat(step))
    if len(steps) > _MOST_STEPS:
        raise Unfit(f"its {part} has {len(steps)} steps; at most {_MOST_STEPS} are allowed")
    times = prod(_growth(each) for each in steps)
    if times > _MOST_GROWTH:
        raise Unfit(f"its {part} can make a text {min(times, 10**12):.0f} times as long")


def _flat(step: Any) -> list[Mapping[str, Any]]:
    """The steps of a sequence, of sequences too, or the one step."""
    if step is None:
        return []
    for name in _LISTS:
        if name in step:
            return [each for part in step[name] for each in _flat(part)]
    return [step]


def _growth(step: Mapping[str, Any]) -> float:
    """How many times as long a step makes a text at most; the steps that are not named here hardly do."""
    known: dict[str, Callable[[], float]] = {
        "Replace": lambda: _of_replacing(step["pattern"], step["content"]),
        "Prepend": lambda: 1 + len(step["prepend"]),
        "Precompiled": lambda: _of_table(step["precompiled_charsmap"] or ""),
        "ByteLevel": lambda: 2,
        "Metaspace": lambda: max(1, len(step["replacement"])),
    }
    return known.get(step["type"], lambda: 1)()


def _of_replacing(pattern: Mapping[str, str], content: str) -> float:
    shortest = len(pattern["String"]) if "String" in pattern else _shortest(pattern["Regex"])
    return max(1, len(content) / shortest) if shortest else 1 + len(content)


def _shortest(pattern: str) -> int:
    """Characters of a pattern's shortest match; 0 where Python does not understand it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return re._parser.parse(pattern).getwidth()[0]  # pyright: ignore[reportAttributeAccessIssue]
        except (re.error, OverflowError, RecursionError):
            return 0


def _of_table(coded: str) -> float:
    """Of SentencePiece's table of normal forms: the length of a search tree, the tree, the forms."""
    table = base64.b64decode(coded)
    forms = table[4 + int.from_bytes(table[:4], "little") :]
    longest = max(map(len, forms.split(b"\0")), default=0)
    return 1 if longest <= _LONGEST_OF_UNICODE else longest


def _check_template(processor: Mapping[str, Any]) -> None:
    for each in _flat(processor):
        around = len(each.get("single") or []) if each.get("type") == "TemplateProcessing" else 0
        ids = sum(len(token["ids"]) for token in (each.get("special_tokens") or {}).values()) if around else 0
        if max(around, ids) > _MOST_AROUND:
            raise Unfit(
                f"it puts {max(around, ids)} tokens around a text; at most {_MOST_AROUND} are allowed"
            )


def _check_affixes(model: Mapping[str, Any]) -> None:
    for name in ("continuing_subword_prefix", "end_of_word_suffix", "unk_token"):
        if len(model.get(name) or "") > _MOST_GROWTH:
            raise Unfit(f"its {name} has {len(model[name])} characters")


def _highest(model: Mapping[str, Any]) -> int:
    entries = model["vocab"]
    if isinstance(entries, list):
        return len(entries) - 1
    return _id(max(entries.values(), default=0))


def _added(tokens: list[Mapping[str, Any]]) -> int:
    if sum(bool(token["special"]) for token in tokens) > _MOST_SPECIAL:
        raise Unfit(f"it has more than {_MOST_SPECIAL} special tokens")
    if not all(token["content"] for token in tokens):
        raise Unfit("one of its added tokens is empty")
    return max((_id(token["id"]) for token in tokens), default=0)


def _id(value: Any) -> int:
    if not is_whole(value) or not 0 <= value < _IDS:
        raise Unfit(f"one of its ids is {value!r}")
    return value
