"""A folder's weights in a transformers model: whole, and with what it needs to write."""

import copy
import threading
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForSeq2SeqLM

from models.engines.special_ids import special_ids
from models.errors import ModelUnavailable
from models.folders.inspection import T5_FAMILY

_LOADING = threading.Lock()
"""Held while the library loads: it switches the process's default precision and back, so that of two loads at
once the one that ends last may leave the other's behind."""


def load_checkpoint(folder: Path, dtype: torch.dtype, kind: Any = AutoModelForSeq2SeqLM) -> Any:
    """Load an encoder-decoder from safetensors, on the CPU.

    Its config and its generation settings then name the special tokens it is used with, and its config says
    whether the head is the embedding; transformers 5 calls every T5 tied.

    Args:
        folder: A checked model folder.
        dtype: Precision of the weights, whatever the stored one is. float16 is to be asked for here and not
            by `half()`: only so T5's `wo` layers stay in float32.
        kind: The class to load.

    Raises:
        ModelUnavailable: It cannot be loaded, or not whole.
    """
    try:
        with _LOADING:
            model, loaded = kind.from_pretrained(
                folder,
                dtype=dtype,
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                output_loading_info=True,
            )
    except Exception as error:  # whatever a library makes of an unforeseen config
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelUnavailable(
            f"The model in {folder} cannot be loaded, by its config.json and its weights: {reason[0][:300]}"
        ) from error
    if missing := sorted(loaded["missing_keys"]):  # transformers would fill them with random numbers
        raise ModelUnavailable(f"The model in {folder} lacks {len(missing)} weights, such as {missing[0]}.")
    for name, value in special_ids(model.config.to_dict(), model.generation_config.to_dict()).items():
        if value is not None:
            setattr(model.config, name, value)
            setattr(model.generation_config, name, value)
    model.config.tie_word_embeddings = is_tied(model)
    return model


def is_tied(model: Any) -> bool:
    """Whether the head's weights are the embedding's."""
    return model.get_output_embeddings().weight is model.get_input_embeddings().weight


@torch.no_grad()
def scales_outputs(model: Any) -> bool:
    """Whether the decoder's states are scaled before they meet the head, as in T5 1.0; asked of the model.

    (Its config says so under different names in different versions of transformers, or not at all.)
    """
    met: list[Any] = []
    hook = model.get_output_embeddings().register_forward_pre_hook(lambda head, args: met.append(args[0]))
    ids = torch.zeros((1, 1), dtype=torch.long, device=model.device)
    try:
        outputs = model(input_ids=ids, decoder_input_ids=ids, output_hidden_states=True, use_cache=False)
    finally:
        hook.remove()
    before, after = outputs.decoder_hidden_states[-1].float().norm(), met[0].float().norm()
    return bool(after < 0.75 * before)  # by the root of d_model, 0.7 of it at most


def with_named_head(model: Any) -> Any:
    """The model to save, a T5's config saying of its head what every version of transformers reads alike.

    Version 4 knows a head that is the embedding behind scaled states (`tie_word_embeddings: true`), and one
    of its own behind plain states (`false`). Of the other two kinds, which version 5 knows too, a copy is
    given a head of its own; what it computes stays the same. Other families have no such doubt.
    """
    if model.config.model_type not in T5_FAMILY:
        return model
    scales = scales_outputs(model)
    if is_tied(model) != scales:
        model = copy.deepcopy(model)
        head, factor = model.get_output_embeddings(), model.config.d_model**-0.5 if scales else 1.0
        head.weight = torch.nn.Parameter(head.weight.detach() * factor)
        scales = False
        model.config.scale_decoder_outputs = False
    model.config.tie_word_embeddings = scales
    return model
