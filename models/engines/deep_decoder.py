"""Writing with a T5 whose decoder is deeper than its encoder."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from transformers import DynamicCache, EncoderDecoderCache


@contextmanager
def room_for_all_layers(model: Any) -> Iterator[dict[str, Any]]:
    """What `generate` is to be given beside, where its own cache would be too small; else nothing.

    transformers 5 makes the decoder's cache with a layer for each of `num_hidden_layers`, which for a T5 are
    the encoder's. One that is made without a config grows as it is needed.
    """
    depth = getattr(model.config, "num_decoder_layers", None) or 0
    if depth <= getattr(model.config, "num_hidden_layers", depth):
        yield {}
        return
    with warnings.catch_warnings():  # later versions call it `cache`, and take both
        warnings.filterwarnings("ignore", "`past_key_values` is deprecated", FutureWarning)
        yield {"past_key_values": EncoderDecoderCache(DynamicCache(), DynamicCache())}
