"""`python -m models.engines.convert FOLDER TARGET QUANTIZATION`: the process that converts one model."""

import sys
from pathlib import Path
from typing import Any

import torch
from ctranslate2.converters import TransformersConverter

from models.engines.checkpoint import load_checkpoint, scales_outputs
from models.engines.special_ids import end_ids, special_ids


class _Converter(TransformersConverter):
    """The library's, but for what it takes from a config or a tokenizer that another version wrote.

    A converted model knows its tokens by their numbers alone, so that no tokenizer has any part in it.
    """

    def load_model(self, model_class: Any, model_name_or_path: str, **kwargs: Any) -> Any:
        # In float32, as a load in another precision is that of the whole process while it lasts, and this one
        # may compute with other models meanwhile.
        self._model = load_checkpoint(Path(model_name_or_path), torch.float32, model_class)
        # The library takes this for "scales its outputs", as transformers 4 did.
        self._model.config.tie_word_embeddings = scales_outputs(self._model)
        self._ids = special_ids(self._model.config.to_dict(), self._model.generation_config.to_dict())
        return self._model

    def load_tokenizer(self, tokenizer_class: Any, model_name_or_path: str, **kwargs: Any) -> Any:
        return _Numbers(self._model.config.vocab_size, self._ids)

    def _load(self) -> Any:
        spec: Any = super()._load()
        spec.config.decoder_start_token = str(self._ids["decoder_start_token_id"])
        spec.config.add_attribute("special_ids", self._ids)
        if epsilon := getattr(self._model.config, "layer_norm_epsilon", None):
            spec.config.layer_norm_epsilon = epsilon
        return spec


class _Numbers:
    """What the library asks a tokenizer: tokens are called by their numbers."""

    def __init__(self, size: int, ids: dict[str, Any]) -> None:
        self._size = size
        self.pad_token = self.unk_token = str(ids["pad_token_id"] or 0)  # nothing is ever unknown
        self.bos_token = str(ids["bos_token_id"] or 0)
        self.eos_token = str((end_ids(ids) or [0])[0])

    def get_vocab(self) -> dict[str, int]:
        return {str(number): number for number in range(self._size)}

    def convert_ids_to_tokens(self, number: int) -> str:
        return str(number)


def main(folder: str, target: str, quantization: str) -> None:
    """Convert a transformers folder to CTranslate2's form."""
    _Converter(folder).convert(target, quantization=None if quantization == "float32" else quantization)


if __name__ == "__main__":
    main(*sys.argv[1:])
