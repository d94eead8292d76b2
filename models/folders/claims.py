"""What a model's config claims, checked against its weights before anything takes memory."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from models.decoding import INPUT_LEAST
from models.errors import ModelUnavailable
from models.folders.files import is_whole
from models.folders.weights import EMBEDDINGS, Tensor, parameters

_FLOATS = ("F64", "F32", "F16", "BF16")
_BLOCK = re.compile(r"(?:.*\.)?(encoder|decoder)\.(?:block|layers)\.(\d+)\.")
_MOST = 10_000_000  # of any whole number in a config
_MOST_POSITIONS = 200_000
_KIND_OF_ATTENTION = re.compile(r"\.(Local|TransientGlobal)SelfAttention")  # LongT5's encoder has
_TIED = {"shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"}
_COUNTS = ("d_kv", "relative_attention_num_buckets", "relative_attention_max_distance")
_SWITCHES = (
    "tie_word_embeddings",
    "is_encoder_decoder",
    "is_decoder",
    "is_gated_act",
    "scale_decoder_outputs",
)
_WORDS = {
    "feed_forward_proj": (
        "relu, gelu, gelu_new, silu or swish, with gated- before it or not",
        r"(gated-)?(relu|gelu|gelu_new|silu|swish)",
    ),
    **dict.fromkeys(("dtype", "torch_dtype"), ("float32, bfloat16 or float16", r"(torch\.)?b?float\d\d")),
}
LIMITS = ("n_positions", "max_position_embeddings")
"""What the families call the most tokens that a model reads; some have none, or none above 0."""
_IDS = ("pad_token_id", "eos_token_id", "bos_token_id", "decoder_start_token_id", "forced_bos_token_id")


def check_values(file: Path, values: Mapping[str, Any], vocabulary: int) -> None:
    """Check that the settings have values a model can be built and used with.

    Args:
        file: Where they are from.
        values: What config.json or generation_config.json holds.
        vocabulary: Rows of the embedding, which ids point into.

    Raises:
        ModelUnavailable: One does not; the message names the file, the setting and the value.
    """
    for name, value in values.items():
        wanted = _wanted(name, value, vocabulary)
        if wanted:
            raise ModelUnavailable(f"{file}: {name} is {repr(value)[:80]}; it must be {wanted}.")


def check_weights(
    folder: Path,
    family: bool,
    sizes: Mapping[str, int],
    config: Mapping[str, Any],
    tensors: Mapping[str, Tensor],
) -> None:
    """Check that the weights are those the config describes: as many layers, of these shapes, none missing.

    Args:
        folder: The model's.
        family: Whether it is of T5's family, whose every weight is known.
        sizes: `encoder_layers`, `decoder_layers`, `d_model`, `d_ff`, `heads`, `vocab_size`.
        config: The contents of config.json.
        tensors: The weights by name.

    Raises:
        ModelUnavailable: They are not.
    """
    file = folder / "config.json"
    for part in ("encoder", "decoder"):
        found = {int(match[2]) for match in map(_BLOCK.match, tensors) if match and match[1] == part}
        if len(found) != sizes[f"{part}_layers"]:
            raise ModelUnavailable(
                f"{file} names {sizes[f'{part}_layers']} {part} layers, but the weights have {len(found)}:"
                " one of the two belongs to another model."
            )
    shapes = dict(_t5(sizes, config) if family else _others(sizes))
    for name, tensor in tensors.items():
        wanted = next((shape for suffix, shape in shapes.items() if name.endswith(suffix)), tensor.shape)
        if tensor.shape != wanted:
            raise ModelUnavailable(
                f"By {file}, {name} is {_times(wanted)}, but in the weights it is {_times(tensor.shape)}:"
                " one of the two belongs to another model."
            )
        if family and tensor.dtype not in _FLOATS:
            raise ModelUnavailable(
                f"The safetensors in {folder} store {name} as {tensor.dtype}; save the model in float32."
            )
    if family:
        missing = _needed(sizes, tensors)
        problem = f"lack {len(missing)} that it needs, such as {missing[0]}" if missing else ""
    else:
        least, there = _least(sizes), parameters(dict(tensors))
        problem = f"have {there} parameters, but by its config at least {least}" if there < least else ""
    if problem:
        raise ModelUnavailable(f"The safetensors in {folder} {problem}: fetch or save the model again.")


def _wanted(name: str, value: Any, vocabulary: int) -> str:
    """What a setting would have to be; None if it is fine."""
    if value is None:
        return ""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in _IDS:
        ids: Any = value if isinstance(value, list) and name == "eos_token_id" else [value]
        good = bool(ids) and all(is_whole(token) and 0 <= token < vocabulary for token in ids)
        return "" if good else f"the number of a token, from 0 to {vocabulary - 1}"
    if "dropout" in name or name == "layer_norm_epsilon":
        return "" if number and 0 <= value <= 1 else "a number from 0 to 1"
    if name in _COUNTS:
        return "" if is_whole(value) and 0 < int(value) <= _MOST else f"a whole number from 1 to {_MOST}"
    if name in LIMITS and isinstance(value, int | float) and 0 < value < INPUT_LEAST:  # true is a 1
        return f"{INPUT_LEAST} or more"
    if name in _SWITCHES:
        return "" if isinstance(value, bool) else "true or false"
    if name in _WORDS:
        allowed, pattern = _WORDS[name]
        return "" if isinstance(value, str) and re.fullmatch(pattern, value) else allowed
    if name == "quantization_config":
        return "left out, and the model saved unquantised"
    most = _MOST_POSITIONS if "position" in name else _MOST
    return f"finite, and {most} at most" if number and not abs(value) <= most else ""


def _t5(sizes: Mapping[str, int], config: Mapping[str, Any]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Endings of names and the shapes they have."""
    width, inner = sizes["d_model"], sizes["d_ff"]
    heads, buckets = sizes["heads"], config.get("relative_attention_num_buckets", 32)
    all_heads = heads * config.get("d_kv", 64)
    yield from ((name, (sizes["vocab_size"], width)) for name in EMBEDDINGS)
    for attention in ("SelfAttention", "EncDecAttention"):
        yield from ((f"{attention}.{part}.weight", (all_heads, width)) for part in "qkv")
        yield f"{attention}.o.weight", (width, all_heads)
        yield f"{attention}.relative_attention_bias.weight", (buckets, heads)
    yield from ((f"DenseReluDense.{part}.weight", (inner, width)) for part in ("wi", "wi_0", "wi_1"))
    yield "DenseReluDense.wo.weight", (width, inner)
    yield "layer_norm.weight", (width,)


def _others(sizes: Mapping[str, int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield from ((name, (sizes["vocab_size"], sizes["d_model"])) for name in EMBEDDINGS)
    yield ".fc1.weight", (sizes["d_ff"], sizes["d_model"])


def _needed(sizes: Mapping[str, int], tensors: Mapping[str, Tensor]) -> list[str]:
    """Those of the weights every T5 needs that are missing."""
    there = {_KIND_OF_ATTENTION.sub(".SelfAttention", name) for name in tensors}
    needed = set() if there & _TIED else {"shared.weight"}
    for part, attentions in (("encoder", ("Self",)), ("decoder", ("Self", "EncDec"))):
        needed.add(f"{part}.final_layer_norm.weight")
        for layer in range(sizes[f"{part}_layers"]):
            block = f"{part}.block.{layer}.layer"
            needed |= {
                f"{block}.{place}.{kind}Attention.{each}.weight"
                for place, kind in enumerate(attentions)
                for each in "qkvo"
            }
            needed |= {f"{block}.{place}.layer_norm.weight" for place in range(len(attentions) + 1)}
            needed.add(f"{block}.{len(attentions)}.DenseReluDense.wo.weight")
    return sorted(needed - there)


def _least(sizes: Mapping[str, int]) -> int:
    """The parameters that one of another family has at least."""
    width, layers = sizes["d_model"], sizes["encoder_layers"] + 2 * sizes["decoder_layers"]
    inner = 2 * sizes["d_ff"] * (sizes["encoder_layers"] + sizes["decoder_layers"])
    return width * (sizes["vocab_size"] + 4 * width * layers + inner)


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "one number"
