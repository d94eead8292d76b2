import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from models.decoding import Usual
from models.errors import ModelUnavailable
from models.folders.inspection import inspect
from models.folders.weights import weight_files
from tests.tiny import make_tiny_t5

# Parameters of the tiny T5: 16 wide, 2 + 2 layers, feed-forward 32, vocabulary 160, 2 heads of 8.
EMBEDDING = 160 * 16
ATTENTION, FEED_FORWARD, NORM, POSITIONS = 4 * 16 * 16, 2 * 16 * 32, 16, 32 * 2
ENCODER = 2 * (ATTENTION + FEED_FORWARD + 2 * NORM) + NORM + POSITIONS
DECODER = 2 * (2 * ATTENTION + FEED_FORWARD + 3 * NORM) + NORM + POSITIONS


@pytest.fixture
def copy(tiny: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model to spoil."""
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


def test_the_shape_is_read(tiny: Path) -> None:
    info = inspect(tiny)
    assert info.model_type == "t5"
    assert (info.vocab_size, info.eos) == (160, 1)
    assert info.config["d_model"] == 16, "what its config.json says"
    assert info.disk_bytes == (tiny / "model.safetensors").stat().st_size


def test_encoder_and_decoder_depth_may_differ(tmp_path: Path) -> None:
    info = inspect(make_tiny_t5(tmp_path, layers=3, decoder_layers=1))
    assert (info.config["num_layers"], info.config["num_decoder_layers"]) == (3, 1)


def test_parameters_count_tied_embeddings_once(tiny: Path, tiny_untied: Path) -> None:
    assert inspect(tiny).parameters == EMBEDDING + ENCODER + DECODER
    assert inspect(tiny_untied).parameters == 2 * EMBEDDING + ENCODER + DECODER


def test_an_embedding_stored_twice_counts_once(copy: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(copy / "model.safetensors")
    for name in ("lm_head.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"):
        weights[name] = weights["shared.weight"].clone()
    save_file(weights, copy / "model.safetensors")
    assert inspect(copy).parameters == EMBEDDING + ENCODER + DECODER


def test_the_precision_of_the_files_is_told(tiny: Path, copy: Path) -> None:
    assert inspect(tiny).stored == "float32"
    weights = {name: tensor.half() for name, tensor in load_file(copy / "model.safetensors").items()}
    save_file(weights, copy / "model.safetensors")
    assert inspect(copy).stored == "float16"
    assert inspect(copy).disk_bytes < 0.6 * inspect(tiny).disk_bytes


def test_shards_are_added_up(tiny: Path, tmp_path: Path) -> None:
    from transformers import T5ForConditionalGeneration

    shutil.copytree(tiny, tmp_path, dirs_exist_ok=True)
    (tmp_path / "model.safetensors").unlink()
    T5ForConditionalGeneration.from_pretrained(tiny).save_pretrained(tmp_path, max_shard_size="20KB")
    files = list(tmp_path.glob("*.safetensors"))
    info = inspect(tmp_path)
    assert len(files) > 1
    assert info.parameters == inspect(tiny).parameters
    assert info.disk_bytes == sum(file.stat().st_size for file in files)
    files[0].unlink()
    with pytest.raises(
        ModelUnavailable, match=f"lacks {files[0].name}, which model.safetensors.index.json names"
    ):
        inspect(tmp_path)


def test_only_models_that_read_and_write_are_accepted(bert: Path, decoder_only: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"bert model \(BertForMaskedLM\): encoder-only.*T5"):
        inspect(bert)
    with pytest.raises(ModelUnavailable, match=r"gpt2 model \(GPT2LMHeadModel\): decoder-only.*T5"):
        inspect(decoder_only)


def test_a_t5_encoder_alone_is_refused(tiny: Path, tmp_path: Path) -> None:
    from transformers import T5EncoderModel

    T5EncoderModel.from_pretrained(tiny).save_pretrained(tmp_path)
    with pytest.raises(ModelUnavailable, match="encoder-only"):
        inspect(tmp_path)
    change_config(tmp_path, architectures=None, is_encoder_decoder=True)
    with pytest.raises(ModelUnavailable, match="encoder without a decoder"):
        inspect(tmp_path)


def test_another_summarizer_is_accepted(tmp_path: Path, copy: Path) -> None:
    from transformers import BartConfig, BartForConditionalGeneration

    sizes = {"encoder_layers": 1, "decoder_layers": 2, "encoder_ffn_dim": 8, "decoder_ffn_dim": 8}
    config = BartConfig(
        vocab_size=160, d_model=16, encoder_attention_heads=2, decoder_attention_heads=2, **sizes
    )
    BartForConditionalGeneration(config).save_pretrained(tmp_path / "bart")
    shutil.copy(copy / "tokenizer.json", tmp_path / "bart")
    info = inspect(tmp_path / "bart")
    assert (info.model_type, info.vocab_size) == ("bart", 160)


def change_config(folder: Path, **values: object) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def only_pickle(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def cut_short(folder: Path) -> None:
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[:-1])


def no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "config.json").unlink(), "no config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "not valid JSON"),
        (lambda folder: (folder / "config.json").write_bytes(b"\xff\xfe"), "config.json is not text"),
        (lambda folder: (folder / "config.json").write_text("[]"), "must hold one JSON object, not a list"),
        (lambda folder: (folder / "config.json").write_text("{}"), "names no model_type"),
        (lambda folder: change_config(folder, num_layers="two"), 'says that num_layers is "two"'),
        (lambda folder: change_config(folder, num_layers=None), "says that num_layers is null"),
        (lambda folder: change_config(folder, model_type="whisper"), "whisper.*does not know"),
        (lambda folder: (folder / "model.safetensors").unlink(), r"no weights \(model.safetensors\)"),
        (only_pickle, "pickle.*safe_serialization"),
        (cut_short, "damaged or cut short"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b""), "damaged or cut short"),
        (lambda folder: (folder / "model.safetensors").write_bytes(struct.pack("<Q", 2**60)), "longer than"),
        (no_tokenizer, "no tokenizer"),
    ],
)
def test_a_spoilt_folder_says_what_is_wrong(copy: Path, spoil: Callable[[Path], None], message: str) -> None:
    spoil(copy)
    with pytest.raises(ModelUnavailable, match=message):
        inspect(copy)


def test_an_index_cannot_point_out_of_its_folder(copy: Path) -> None:
    (copy.parent / "outside.safetensors").write_bytes(b"")
    (copy / "model.safetensors").rename(copy / "outside.safetensors")  # one of that name is there too
    index = {"weight_map": {"shared.weight": "../outside.safetensors"}}
    (copy / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(
        ModelUnavailable, match=r"names '../outside.safetensors', which is not a weight file in"
    ):
        inspect(copy)


def test_where_there_is_one_file_the_index_beside_it_does_not_count(copy: Path) -> None:
    """As in transformers."""
    (copy / "model.safetensors.index.json").write_text("{}")
    assert [file.name for file in weight_files(copy)] == ["model.safetensors"]
    assert inspect(copy).disk_bytes == (copy / "model.safetensors").stat().st_size


@pytest.mark.parametrize(
    ("own", "usual"),
    [
        ('{"min_new_tokens": 60, "no_repeat_ngram_size": 8}', Usual(60, 8)),
        ('{"min_new_tokens": null, "no_repeat_ngram_size": 0}', Usual(30, 0)),
        ('{"min_new_tokens": -1, "no_repeat_ngram_size": 99}', Usual(30, 5)),
        ('{"min_new_tokens": true, "no_repeat_ngram_size": "8"}', Usual(30, 5)),
        ('{"min_length": 56, "no_repeat_ngram_size": 3}', Usual(55, 3)),  # there the start token counts
        ('{"min_length": 56, "min_new_tokens": 12}', Usual(12, 5)),
        ('{"min_length": 0}', Usual(30, 5)),  # nothing was meant by it
        ("{}", Usual(30, 5)),
    ],
)
def test_what_is_usual_is_the_model_s_own(tmp_path: Path, own: str, usual: Usual) -> None:
    folder = make_tiny_t5(tmp_path / "t5")
    (folder / "generation_config.json").write_text(own)
    assert inspect(folder).usual == usual
