"""The tokens that start, end and pad what a model writes: the same for both engines and for training.

Training has them from the generation settings of its model, which `load_checkpoint` completes.
"""

from collections.abc import Mapping
from typing import Any

NAMES = ("decoder_start_token_id", "eos_token_id", "pad_token_id", "bos_token_id", "forced_bos_token_id")


def special_ids(config: Mapping[str, Any], generation: Mapping[str, Any]) -> dict[str, Any]:
    """The id under each of `NAMES`, or None; of several end tokens a list.

    Generation settings count before the model's config, as in transformers; without a start token the
    padding starts, as T5 has it.

    Args:
        config: The contents of config.json.
        generation: The contents of generation_config.json.
    """
    found = {}
    for name in NAMES:
        own = generation.get(name)
        found[name] = config.get(name) if own is None else own
    if found["decoder_start_token_id"] is None:
        found["decoder_start_token_id"] = found["pad_token_id"]
    return found


def end_ids(ids: Mapping[str, Any]) -> list[int]:
    """The tokens that end a summary."""
    ends = ids["eos_token_id"]
    return list(ends) if isinstance(ends, list) else [] if ends is None else [ends]
