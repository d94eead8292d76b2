"""What a model is made of, by its config, held against models that are really built."""

from typing import Any

import pytest
import transformers

from distill import families
from distill.config import FEATURE_TERMS
from distill.errors import IncompatibleModels
from models.folders.inspection import OTHER_SUMMARIZERS, T5_FAMILY

_BART = {"encoder_layers": 1, "decoder_layers": 2, "encoder_ffn_dim": 24, "decoder_ffn_dim": 24}
_BART |= {"d_model": 16, "encoder_attention_heads": 2, "decoder_attention_heads": 2}
_T5 = {"num_layers": 1, "num_decoder_layers": 2, "d_model": 16, "d_ff": 24, "num_heads": 2, "d_kv": 4}
_PROPHET = {"hidden_size": 16, "num_encoder_layers": 1, "num_decoder_layers": 2, "encoder_ffn_dim": 24}
_PROPHET |= {"num_encoder_attention_heads": 2, "num_decoder_attention_heads": 2, "decoder_ffn_dim": 24}


@pytest.mark.parametrize(
    ("kind", "sizes", "attention_width"),
    [
        ("T5", _T5, 8),
        ("MT5", _T5, 8),
        ("UMT5", _T5, 8),
        ("LongT5", _T5, 8),
        ("Bart", _BART, 16),
        ("MBart", _BART, 16),
        ("Pegasus", _BART, 16),
        ("LED", _BART, 16),
        ("ProphetNet", _PROPHET, 16),
    ],
)
def test_the_stacks_are_those_of_the_model(kind: str, sizes: dict[str, Any], attention_width: int) -> None:
    config = getattr(transformers, f"{kind}Config")(vocab_size=160, **sizes)
    model = getattr(transformers, f"{kind}ForConditionalGeneration")(config)
    found = families.anatomy(config.to_dict())
    assert [stack.name for stack in found.stacks] == ["encoder", "decoder"]
    assert found.depths == {"encoder": 1, "decoder": 2}
    for stack in found.stacks:
        assert (stack.width, stack.inner, stack.heads) == (16, 24, 2)
        assert stack.attention_width == attention_width
    assert found.vocabulary == model.get_input_embeddings().weight.shape[0] == 160


@pytest.mark.parametrize("gated", [False, True])
def test_the_weights_of_a_layer(gated: bool) -> None:
    form = "gated-gelu" if gated else "relu"
    config = transformers.T5Config(vocab_size=160, feed_forward_proj=form, **_T5)
    block: Any = transformers.T5ForConditionalGeneration(config).encoder.block[0]
    stack = families.anatomy(config.to_dict())["encoder"]
    matrices = {name: weight.numel() for name, weight in block.named_parameters() if weight.dim() == 2}
    bias = matrices.pop("layer.0.SelfAttention.relative_attention_bias.weight")
    assert bias == 32 * 2
    assert stack.attention_weights + stack.feed_forward_weights == sum(matrices.values())


def test_a_family_for_every_model_that_is_read() -> None:
    known = [name for family in families.FAMILIES for name in family.model_types]
    assert sorted(known) == sorted(T5_FAMILY | OTHER_SUMMARIZERS)


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("T5", {"soft", *FEATURE_TERMS}),
        ("LongT5", {"soft", "hidden", "embedding", "contrastive"}),
        ("Bart", {"soft", "contrastive"}),
        ("ProphetNet", set()),
    ],
)
def test_what_a_family_can_be_taught_by(kind: str, terms: set[str]) -> None:
    config = getattr(transformers, f"{kind}Config")().to_dict()
    assert families.anatomy(config).terms == terms


def test_another_kind_has_no_family() -> None:
    with pytest.raises(IncompatibleModels, match=r"'gpt2' is not a kind of model .* t5, umt5"):
        families.family_of("gpt2")


@pytest.mark.parametrize(
    ("kind", "name", "block"),
    [
        ("t5", "encoder.block.3.layer.0.SelfAttention.q.weight", "encoder.3"),
        ("t5", "decoder.block.10.layer.2.DenseReluDense.wi.weight", "decoder.10"),
        ("t5", "shared.weight", "embedding"),
        ("t5", "lm_head.weight", "other"),
        ("t5", "decoder.final_layer_norm.weight", "other"),
        ("bart", "model.encoder.layers.1.self_attn.k_proj.weight", "encoder.1"),
        ("bart", "model.shared.weight", "embedding"),
        ("bart", "model.decoder.layernorm_embedding.weight", "other"),
    ],
)
def test_a_parameter_s_block(kind: str, name: str, block: str) -> None:
    assert families.family_of(kind).block_of(name) == block
