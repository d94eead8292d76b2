"""Both engines on a real CUDA device."""

import json
from pathlib import Path

import pytest

from models.decoding import Decoding
from models.engines import open_engine, prepare
from models.errors import BadRequest
from models.settings import Settings
from models.store.catalogue import EMBEDDED
from models.text.encoding import open_encoder

pytestmark = pytest.mark.gpu
SAMPLES = Path(__file__).parents[3] / "distill" / "data" / "samples" / "validation.jsonl"


def _inputs(folder: Path) -> list[list[int]]:
    encoder = open_encoder(folder)
    return [encoder.input_ids(json.loads(line)["document"]) for line in SAMPLES.read_text().splitlines()]


def test_a_gpu_gets_torch_in_float16_unless_it_is_named_otherwise(tiny: Path, settings: Settings) -> None:
    engine = open_engine(tiny, prepare(tiny, "auto", settings), settings)
    assert (engine.name, engine.dtype, engine.device) == ("torch", "float16", "cuda:0")
    with pytest.raises(BadRequest, match="int3"):
        prepare(tiny, "auto", settings, "int3")


@pytest.mark.parametrize("beams", [1, 4])
def test_both_engines_write_the_same_in_float32(beams: int, settings: Settings) -> None:
    folder, decoding = EMBEDDED / "distilled", Decoding(beams=beams, max_new_tokens=48)
    texts = {}
    for name in ("torch", "ctranslate2"):
        engine = open_engine(folder, prepare(folder, name, settings, "float32"), settings)
        assert engine.device.startswith("cuda")
        texts[name] = [engine.generate(ids, decoding) for ids in _inputs(folder)]
    assert texts["torch"] == texts["ctranslate2"]


def test_float16_is_close_to_float32(settings: Settings) -> None:
    """The same probabilities of the same tokens, to a hundredth of a nat."""
    folder = EMBEDDED / "distilled"
    exact, half = (
        open_engine(folder, prepare(folder, "torch", settings, dtype), settings)
        for dtype in ("float32", "float16")
    )
    ids = _inputs(folder)[0]
    summary = exact.generate(ids, Decoding(beams=1, max_new_tokens=32))
    assert half.score(ids, summary) == pytest.approx(exact.score(ids, summary), abs=1e-2)
