"""What a model folder holds, read from its JSON and its safetensors headers alone; nothing is loaded."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.decoding import INPUT_LIMIT, Usual
from models.errors import ModelUnavailable
from models.folders.claims import LIMITS, check_values, check_weights
from models.folders.files import is_whole, read_object, shown
from models.folders.weights import parameters, read_headers, stored

T5_FAMILY = frozenset({"t5", "mt5", "umt5", "longt5"})
OTHER_SUMMARIZERS = frozenset(
    {"bart", "mbart", "pegasus", "pegasus_x", "led", "bigbird_pegasus", "prophetnet"}
)
_ENCODER_DEPTH = ("num_layers", "encoder_layers", "num_encoder_layers")
_NAMES = {
    "encoder_layers": _ENCODER_DEPTH,
    "decoder_layers": ("num_decoder_layers", "decoder_layers", *_ENCODER_DEPTH),
    "d_model": ("d_model", "hidden_size"),
    "d_ff": ("d_ff", "encoder_ffn_dim"),
    "heads": ("num_heads", "encoder_attention_heads", "num_encoder_attention_heads"),
    "vocab_size": ("vocab_size",),
}
"""What the families call each size."""
TOKENIZER_FILES = ("tokenizer.json", "spiece.model", "sentencepiece.bpe.model", "merges.txt")
_OPTIONAL = (
    "generation_config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)
_ONLY = "The studio runs encoder-decoder summarizers of the T5 kind."
_MOST = 10_000_000


@dataclass(frozen=True)
class ModelInfo:
    """The kind and the size of a model.

    Args:
        folder: Where it lies.
        model_type: Family, such as `t5`.
        config: What its config.json holds, checked.
        vocab_size: Rows of the embedding.
        parameters: Count, tied ones once.
        disk_bytes: Size of the weight files.
        stored: The precision that most of the weights are stored in, such as `float16`.
        eos: Id of the end token, or None.
        input_tokens: Inputs are cut to this many, prefix and end token included.
        usual: How it summarises, unless a user says otherwise.
    """

    folder: Path
    model_type: str
    config: Mapping[str, Any] = field(compare=False, repr=False)
    vocab_size: int
    parameters: int
    disk_bytes: int
    stored: str
    eos: int | None
    input_tokens: int
    usual: Usual


def inspect(folder: Path) -> ModelInfo:
    """Read what a model folder holds.

    Raises:
        ModelUnavailable: It holds no model the studio can run; the message says why.
    """
    config = _config(folder)
    generation, *_ = [_optional(folder / name) for name in _OPTIONAL]
    _check_kind(folder, config)
    checked = _checked_sizes(folder, config)
    check_values(folder / "config.json", config, checked["vocab_size"])
    check_values(folder / "generation_config.json", generation, checked["vocab_size"])
    files, tensors = read_headers(folder)
    if not any(".decoder." in f".{name}" for name in tensors):
        raise ModelUnavailable(f"{folder} holds an encoder without a decoder, which cannot write. {_ONLY}")
    check_weights(folder, config["model_type"] in T5_FAMILY, checked, config, tensors)
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise ModelUnavailable(f"{folder} has no tokenizer; save one beside the weights as tokenizer.json.")
    return ModelInfo(
        folder=folder,
        model_type=config["model_type"],
        config=config,
        vocab_size=checked["vocab_size"],
        parameters=parameters(tensors),
        disk_bytes=sum(file.stat().st_size for file in files),
        stored=stored(tensors),
        eos=_eos(config),
        input_tokens=_input_tokens(config),
        usual=Usual.of(generation),
    )


def _input_tokens(config: dict[str, Any]) -> int:
    """T5 has no limit built in; `n_positions` says how long the inputs were that a model learned from.

    Others have one embedding for each position.
    """
    limits = [config.get(name) for name in LIMITS]
    return min([INPUT_LIMIT, *(limit for limit in limits if isinstance(limit, int) and limit > 0)])


def _optional(file: Path) -> dict[str, Any]:
    """What a file of settings says that a model need not have; the libraries read it too, whatever it is."""
    if not os.path.lexists(file):
        return {}
    if not file.is_file():
        raise ModelUnavailable(f"{file} is not a file, or links to none; remove it or fetch the model again.")
    return read_object(file)


def _config(folder: Path) -> dict[str, Any]:
    file = folder / "config.json"
    if not file.is_file():
        raise ModelUnavailable(f"{folder} has no config.json, so it is not a model folder.")
    config = read_object(file)
    if not isinstance(config.get("model_type"), str) or not config["model_type"]:
        raise ModelUnavailable(f"{file} names no model_type, so the kind of model is unknown.")
    return config


def _check_kind(folder: Path, config: dict[str, Any]) -> None:
    named, kind = config.get("architectures") or [""], config["model_type"]
    if not isinstance(named, list) or not isinstance(named[0], str):
        raise ModelUnavailable(f"{folder / 'config.json'}: architectures is not a list of names.")
    architecture = named[0]
    called = f"{folder} is by its config.json a {kind} model" + (f" ({architecture})" if architecture else "")
    if config.get("is_encoder_decoder", kind in T5_FAMILY):
        if kind not in T5_FAMILY | OTHER_SUMMARIZERS:
            known = ", ".join(sorted(T5_FAMILY | OTHER_SUMMARIZERS))
            raise ModelUnavailable(f"{called}, which the studio does not know. It runs {known}.")
        if architecture.endswith("EncoderModel"):
            raise ModelUnavailable(f"{called}: an encoder without a decoder, which cannot write. {_ONLY}")
        return
    if architecture.endswith(("ForCausalLM", "LMHeadModel")) or config.get("is_decoder"):
        raise ModelUnavailable(
            f"{called}: decoder-only, it continues a text but has no encoder to read one. {_ONLY}"
        )
    raise ModelUnavailable(f"{called}: encoder-only, it reads text but cannot write a summary. {_ONLY}")


def _eos(config: dict[str, Any]) -> int | None:
    eos = config.get("eos_token_id", 1 if config["model_type"] in T5_FAMILY else None)
    return eos if isinstance(eos, int) else None


def sizes(config: Mapping[str, Any]) -> dict[str, Any]:
    """`encoder_layers`, `decoder_layers`, `d_model`, `d_ff`, `heads` and `vocab_size` of an encoder-decoder.

    Args:
        config: What its config.json holds; families name these things differently. None for what is missing.
    """
    return {size: config.get(_name(size, config)) for size in _NAMES}


def _name(size: str, config: Mapping[str, Any]) -> str:
    """What this config calls a size."""
    return next((name for name in _NAMES[size] if config.get(name) is not None), _NAMES[size][0])


def _checked_sizes(folder: Path, config: dict[str, Any]) -> dict[str, int]:
    found = sizes(config)
    for size, value in found.items():
        if not is_whole(value) or not 0 < value <= _MOST:
            name = _name(size, config)
            said = f"says that {name} is {shown(value)}" if name in config else f"does not say {name}"
            raise ModelUnavailable(
                f"{folder / 'config.json'} {said}; it must be a whole number from 1 to {_MOST}."
            )
    return found
