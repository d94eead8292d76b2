"""Batches of an encoder-decoder, its answers to them, and what it writes itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from distill.families.padding import padded
from distill.families.signal import Needs, Signal
from distill.losses.masking import IGNORED
from models.engines.deep_decoder import room_for_all_layers

STACKS = ("encoder", "decoder")
ATTENTIONS = (*STACKS, "cross")


def collate(
    rows: Sequence[Mapping[str, Sequence[int]]], pad: int, least: tuple[int, int] = (1, 1)
) -> dict[str, Tensor]:
    """See `Family.collate`."""
    ids = [row["input_ids"] for row in rows]
    return {
        "input_ids": padded(ids, pad, least[0]),
        "attention_mask": padded([[1] * len(row) for row in ids], 0, least[0]),
        "labels": padded([row["labels"] for row in rows], IGNORED, least[1]),
    }


def observe(model: Any, batch: Mapping[str, Tensor], needs: Needs) -> Signal:
    """See `Family.observe`; without relations."""
    whole = getattr(model, "module", model)  # inside a wrapper for several devices
    extra = {
        name: True
        for name, wanted in (("output_hidden_states", needs.hidden), ("output_attentions", needs.attentions))
        if wanted
    }
    outputs = model(
        **_read(whole, batch),
        decoder_input_ids=whole.prepare_decoder_input_ids_from_labels(labels=batch["labels"]),
        **extra,
        use_cache=False,
    )
    hidden = {name: outputs[f"{name}_hidden_states"] for name in STACKS} if needs.hidden else {}
    attentions = {name: outputs[f"{name}_attentions"] for name in ATTENTIONS} if needs.attentions else {}
    return Signal(outputs.logits, hidden, attentions)


def write(model: Any, batch: Mapping[str, Tensor], processors: Any) -> Tensor:
    """See `Family.write`."""
    with room_for_all_layers(model) as cache:
        found = model.generate(**_read(model, batch), logits_processor=processors, **cache)
    return found[:, 1:]  # without the start token


def _read(model: Any, batch: Mapping[str, Tensor]) -> dict[str, Any]:
    """The input; where several rows in turn share a text, what the encoder makes of it, once for them all."""
    ids, mask = batch["input_ids"], batch["attention_mask"]
    rows = len(mask) // len(ids)
    if rows == 1:
        return {"input_ids": ids, "attention_mask": mask}
    encoded = model.get_encoder()(input_ids=ids, attention_mask=mask[::rows])
    encoded.last_hidden_state = encoded.last_hidden_state.repeat_interleave(rows, 0)
    return {"encoder_outputs": encoded, "attention_mask": mask}
