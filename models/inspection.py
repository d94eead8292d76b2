"""What a model folder holds, read from its JSON and its safetensors headers alone; nothing is loaded."""

import json
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from models.decoding import INPUT_LIMIT, Usual
from models.errors import ModelUnavailable

T5_FAMILY = frozenset({"t5", "mt5", "umt5", "longt5"})
OTHER_SUMMARIZERS = frozenset(
    {"bart", "mbart", "pegasus", "pegasus_x", "led", "bigbird_pegasus", "prophetnet"}
)
TOKENIZER_FILES = ("tokenizer.json", "spiece.model", "sentencepiece.bpe.model", "merges.txt")
_ONLY = "The studio runs encoder-decoder summarizers of the T5 kind."
_EMBEDDINGS = ("shared.weight", "embed_tokens.weight", "lm_head.weight")
_SAMPLE = 4096


@dataclass(frozen=True)
class ModelInfo:
    """The shape and size of a model.

    Args:
        folder: Where it lies.
        model_type: Family, such as `t5`.
        encoder_layers: Layers of the encoder.
        decoder_layers: Layers of the decoder.
        d_model: Width.
        d_ff: Width of the feed-forward layers.
        heads: Attention heads.
        vocab_size: Rows of the embedding.
        parameters: Count, tied ones once.
        disk_bytes: Size of the weight files.
        eos: Id of the end token, or None.
        input_tokens: Inputs are cut to this many, prefix and end token included.
        usual: How it summarises, unless a user says otherwise.
    """

    folder: Path
    model_type: str
    encoder_layers: int
    decoder_layers: int
    d_model: int
    d_ff: int
    heads: int
    vocab_size: int
    parameters: int
    disk_bytes: int
    eos: int | None
    input_tokens: int
    usual: Usual


@dataclass(frozen=True)
class _Tensor:
    dtype: str
    shape: tuple[int, ...]
    sample: bytes


def inspect(folder: Path) -> ModelInfo:
    """Read what a model folder holds.

    Raises:
        ModelUnavailable: It holds no model the studio can run; the message says why.
    """
    config = _config(folder)
    architecture = (config.get("architectures") or [""])[0]
    _check_kind(folder, config, architecture)
    files = _weight_files(folder)
    tensors: dict[str, _Tensor] = {}
    for file in files:
        tensors |= _header(file)
    if not any(".decoder." in f".{name}" for name in tensors):
        raise ModelUnavailable(f"{folder} holds an encoder without a decoder, which cannot write. {_ONLY}")
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise ModelUnavailable(f"{folder} has no tokenizer; save one beside the weights as tokenizer.json.")
    return ModelInfo(
        folder=folder,
        model_type=config["model_type"],
        parameters=_count(tensors),
        disk_bytes=sum(file.stat().st_size for file in files),
        eos=_eos(config),
        input_tokens=_input_tokens(config),
        usual=_usual(folder),
        **_shape(folder, config),
    )


def _input_tokens(config: dict[str, Any]) -> int:
    """T5 has no limit built in; `n_positions` says how long the inputs were that a model learned from.

    Others have one embedding for each position.
    """
    limits = [config.get(name) for name in ("n_positions", "max_position_embeddings")]
    return min([INPUT_LIMIT, *(limit for limit in limits if isinstance(limit, int) and limit > 0)])


def _usual(folder: Path) -> Usual:
    """Of the model's own generation settings, where it has any."""
    try:
        own = json.loads((folder / "generation_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        own = {}
    return Usual.of(own if isinstance(own, dict) else {})


def _config(folder: Path) -> dict[str, Any]:
    file = folder / "config.json"
    if not file.is_file():
        raise ModelUnavailable(f"{folder} has no config.json, so it is no model folder.")
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelUnavailable(
            f"{file} is not valid JSON ({error}); fetch or save the model again."
        ) from error
    if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
        raise ModelUnavailable(f"{file} names no model_type, so the kind of model is unknown.")
    return config


def _check_kind(folder: Path, config: dict[str, Any], architecture: str) -> None:
    kind = config["model_type"]
    called = f"{folder} is a {kind} model" + (f" ({architecture})" if architecture else "")
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


def _weight_files(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        try:
            shards = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise ModelUnavailable(f"{index} cannot be read; fetch or save the model again.") from error
        files = [folder / Path(shard).name for shard in shards]
        missing = [file.name for file in files if not file.is_file()]
        if missing or not files:
            raise ModelUnavailable(
                f"{folder} lacks weights named in its index: {', '.join(missing) or 'all'}."
            )
        return files
    if (folder / "model.safetensors").is_file():
        return [folder / "model.safetensors"]
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt")) or any(folder.glob("*.h5")):
        raise ModelUnavailable(
            f"{folder} has its weights only as pickle or another old format, which may run code when opened. "
            "Save it with save_pretrained(..., safe_serialization=True)."
        )
    raise ModelUnavailable(f"{folder} has no weights (model.safetensors).")


def _header(file: Path) -> dict[str, _Tensor]:
    """The tensors of one safetensors file: 8 bytes of header length, a JSON header, then the data."""
    size = file.stat().st_size
    try:
        with file.open("rb") as stream:
            length = struct.unpack("<Q", stream.read(8))[0]
            if length > size - 8:
                raise ValueError("header longer than the file")
            header = json.loads(stream.read(length))
            header.pop("__metadata__", None)
            end = 8 + length + max((entry["data_offsets"][1] for entry in header.values()), default=0)
            if end != size:
                raise ValueError(f"{size} bytes instead of {end}")
            return {name: _tensor(stream, 8 + length, name, entry) for name, entry in header.items()}
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailable(f"{file} is damaged or cut short ({error}); fetch the model again.") from error


def _tensor(stream: Any, data: int, name: str, entry: dict[str, Any]) -> _Tensor:
    sample = b""
    if name.endswith(_EMBEDDINGS):  # only these are ever tied
        stream.seek(data + entry["data_offsets"][0])
        sample = stream.read(min(_SAMPLE, entry["data_offsets"][1] - entry["data_offsets"][0]))
    return _Tensor(entry["dtype"], tuple(entry["shape"]), sample)


def _count(tensors: dict[str, _Tensor]) -> int:
    """Parameters; embeddings that a checkpoint stores twice count once."""
    embeddings = {tensor for name, tensor in tensors.items() if name.endswith(_EMBEDDINGS)}
    others = [tensor for name, tensor in tensors.items() if not name.endswith(_EMBEDDINGS)]
    return sum(prod(tensor.shape) for tensor in [*embeddings, *others])


def _eos(config: dict[str, Any]) -> int | None:
    eos = config.get("eos_token_id", 1 if config["model_type"] in T5_FAMILY else None)
    return eos if isinstance(eos, int) else None


def _shape(folder: Path, config: dict[str, Any]) -> dict[str, int]:
    """The sizes under T5's names or BART's."""
    get = config.get
    layers = get("num_layers") or get("encoder_layers") or get("num_encoder_layers")
    sizes = {
        "encoder_layers": layers,
        "decoder_layers": get("num_decoder_layers") or get("decoder_layers") or layers,
        "d_model": get("d_model") or get("hidden_size"),
        "d_ff": get("d_ff") or get("encoder_ffn_dim"),
        "heads": get("num_heads") or get("encoder_attention_heads") or get("num_encoder_attention_heads"),
        "vocab_size": get("vocab_size"),
    }
    unknown = [name for name, value in sizes.items() if not isinstance(value, int)]
    if unknown:
        raise ModelUnavailable(f"{folder / 'config.json'} does not say {', '.join(unknown)}.")
    return sizes  # pyright: ignore[reportReturnType]
