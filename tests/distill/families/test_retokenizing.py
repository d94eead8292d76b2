"""Another vocabulary for a trained model: what both know keeps its weights, and no two pieces share any."""

from typing import Any

import pytest
import torch
from transformers import T5Config, T5ForConditionalGeneration

from distill.errors import BadConfig
from distill.families.t5.retokenizing import retokenize

OLD = ["<pad>", "</s>", "<unk>", "▁the", "▁cat", "s", "ed", "▁dog"]


def model(tied: bool) -> Any:
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(OLD), d_model=4, d_ff=4, d_kv=2, num_heads=2, num_layers=1, tie_word_embeddings=tied
    )
    return T5ForConditionalGeneration(config)


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("more", [[], ["▁mat"]])
def test_known_pieces_keep_their_rows_and_new_ones_get_those_of_pieces_gone(
    tied: bool, more: list[str]
) -> None:
    made = model(tied)
    before = [part.weight.detach().clone() for part in (made.shared, made.lm_head)]
    new = ["<pad>", "</s>", "<unk>", "▁dog", "ing", "▁the", *more]  # "▁cat", "s" and "ed" are gone
    given = retokenize(made, OLD, new)
    assert given == {"ing": "ed"} | ({"▁mat": "▁cat"} if more else {})
    rows = [0, 1, 2, 7, 6, 3, *([4] if more else [])]
    for part, weight in zip((made.shared, made.lm_head), before, strict=True):
        assert torch.equal(part.weight, weight[rows])
    assert made.config.vocab_size == len(new)
    assert (made.encoder.embed_tokens.weight is made.shared.weight) or not tied


def test_more_new_pieces_than_gone_are_refused() -> None:
    with pytest.raises(
        BadConfig, match="2 pieces of this vocabulary are new to the model, and only 1 of its own"
    ):
        retokenize(model(True), OLD, [*OLD[:-1], "▁mat", "▁hat"])


def test_of_two_pieces_of_one_name_the_other_row_is_free() -> None:
    assert retokenize(model(True), [*OLD[:-1], "▁cat"], [*OLD[:-1], "▁mat"]) == {"▁mat": "▁cat"}
