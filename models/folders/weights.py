"""The weights of a model folder, from the headers of their files alone; nothing is loaded."""

import json
import re
import struct
from collections import Counter
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from models.errors import ModelUnavailable
from models.folders.files import MOST_INDEX, is_whole, read_object

EMBEDDINGS = ("shared.weight", "embed_tokens.weight", "lm_head.weight")
_ONE, _INDEX = "model.safetensors", "model.safetensors.index.json"
_SHARD = re.compile(r"[\w.-]{1,200}\.safetensors")
_MOST_HEADER = 16_000_000  # bytes; that of T5 with 11 billion parameters has some 60,000
_SAMPLE = 4096
_PRECISIONS = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}


@dataclass(frozen=True)
class Tensor:
    """One tensor: its type, its shape, and of an embedding its first bytes, which tell tied ones."""

    dtype: str
    shape: tuple[int, ...]
    sample: bytes


def weight_files(folder: Path) -> list[Path]:
    """The files that transformers would load, in the order of their names.

    Raises:
        ModelUnavailable: There are none, or not those that the index names.
    """
    if (folder / _ONE).is_file():
        return [folder / _ONE]
    if (folder / _INDEX).is_file():
        return [folder / name for name in sorted(set(_weight_map(folder).values()))]
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt")) or any(folder.glob("*.h5")):
        raise ModelUnavailable(
            f"{folder} has no {_ONE}, only pickle or another old format, which may run code when opened. "
            "Save it with save_pretrained(..., safe_serialization=True)."
        )
    raise ModelUnavailable(f"{folder} has no weights ({_ONE}).")


def read_headers(folder: Path) -> tuple[list[Path], dict[str, Tensor]]:
    """The weight files of a folder, and every tensor in them by its name.

    Raises:
        ModelUnavailable: A file is damaged, or the index says of one what is not so.
    """
    files = weight_files(folder)
    found = {file.name: _header(file) for file in files}
    if not (folder / _ONE).is_file():
        for name, shard in _weight_map(folder).items():
            if name not in found[shard]:
                raise ModelUnavailable(
                    f"{folder / _INDEX} says that {shard} holds {name}, which is not so; fetch or save the"
                    " model again."
                )
    return files, {name: tensor for tensors in found.values() for name, tensor in tensors.items()}


def parameters(tensors: dict[str, Tensor]) -> int:
    """Their parameters; embeddings that a checkpoint stores twice count once."""
    embeddings = {tensor for name, tensor in tensors.items() if name.endswith(EMBEDDINGS)}
    others = [tensor for name, tensor in tensors.items() if not name.endswith(EMBEDDINGS)]
    return sum(prod(tensor.shape) for tensor in [*embeddings, *others])


def stored(tensors: dict[str, Tensor]) -> str:
    """The precision that most of their numbers are in, as torch calls it."""
    sizes: Counter[str] = Counter()
    for tensor in tensors.values():
        sizes[tensor.dtype] += prod(tensor.shape)
    [(dtype, _)] = sizes.most_common(1)
    return _PRECISIONS.get(dtype, dtype.lower())


def _weight_map(folder: Path) -> dict[str, str]:
    index = folder / _INDEX
    found = read_object(index, MOST_INDEX)
    shards = found.get("weight_map")
    named = isinstance(shards, dict) and all(isinstance(file, str) for file in shards.values())
    if not isinstance(shards, dict) or not shards or not named:
        raise ModelUnavailable(
            f"{index} cannot be read: it must say in weight_map which file holds which weights; fetch or save"
            " the model again."
        )
    for file in sorted(set(shards.values())):
        if not _SHARD.fullmatch(file):
            raise ModelUnavailable(f"{index} names {file[:80]!r}, which is not a weight file in its folder.")
        if not (folder / file).is_file():
            raise ModelUnavailable(f"{folder} lacks {file}, which {_INDEX} names; fetch the model again.")
    if not isinstance(found.get("metadata"), dict):  # transformers asks for it unseen
        raise ModelUnavailable(
            f"{index} has no metadata, which the library that loads models asks for; save the model again, or"
            ' add "metadata": {}.'
        )
    return shards


def _header(file: Path) -> dict[str, Tensor]:
    """The tensors of one safetensors file: 8 bytes of header length, a JSON header, then the data."""
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            length = struct.unpack("<Q", stream.read(8))[0]
            if length > size - 8:
                raise ValueError("its header is longer than the file")
            if length > _MOST_HEADER:
                raise ValueError(f"its header has {length / 1e6:.0f} MB")
            header = _object(stream.read(length))
            header.pop("__metadata__", None)
            end = 8 + length + _end(header)
            if end != size:
                raise ValueError(f"{size} bytes instead of {end}")
            return {name: _tensor(stream, 8 + length, name, entry) for name, entry in header.items()}
    except (struct.error, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise ModelUnavailable(
            f"{file} is damaged or cut short ({_why(error)}); fetch the model again."
        ) from error


def _why(error: Exception) -> str:
    """Why a header cannot be read, in words that speak of the file and not of this program."""
    if isinstance(error, UnicodeDecodeError | RecursionError | json.JSONDecodeError):
        return "its header is not valid JSON"
    if isinstance(error, struct.error):
        return "it has fewer than 8 bytes"
    if isinstance(error, OSError):
        return error.strerror or "it cannot be read"
    if type(error) is ValueError:
        return str(error)
    return "its header describes no tensors"


def _object(text: bytes) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError
    return found


def _end(header: dict[str, Any]) -> int:
    """Where the data ends, which its tensors have to fill one after another."""
    end = 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        (begin, after), shape = entry["data_offsets"], list(entry["shape"])
        if not all(is_whole(number) and number >= 0 for number in (begin, after, *shape)):
            raise ValueError(f"{name} has no proper shape or place")
        if begin != end:
            raise ValueError(f"{name} begins at {begin} instead of {end}")
        if entry["dtype"] in _BYTES and prod(shape) * _BYTES[entry["dtype"]] != after - begin:
            raise ValueError(f"{name} has {after - begin} bytes, and by its shape {shape} another number")
        end = after
    return end


def _tensor(stream: Any, data: int, name: str, entry: dict[str, Any]) -> Tensor:
    sample = b""
    if name.endswith(EMBEDDINGS):  # only these are ever tied
        begin, end = entry["data_offsets"]
        stream.seek(data + begin)
        sample = stream.read(min(_SAMPLE, end - begin))
    return Tensor(str(entry["dtype"]), tuple(entry["shape"]), sample)
