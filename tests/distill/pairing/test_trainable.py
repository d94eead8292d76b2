"""What would die in a run, or leave a student that cannot be loaded, is refused before it."""

import re
from pathlib import Path
from typing import Any

import pytest
import transformers
from sentencepiece import SentencePieceTrainer
from tokenizers import AddedToken

from distill import pairing
from distill.config import RunConfig
from distill.errors import IncompatibleModels
from distill.training import work
from models.folders.inspection import inspect
from models.settings import Settings
from tests.distill.helpers import carry_out, new_run, train
from tests.tiny import change_json, make_tiny_t5, make_tokenizer, save_tokenizer

SIZES = {"vocab_size": 160, "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}
BART = {
    "d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2,
    "decoder_attention_heads": 2, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16,
    "max_position_embeddings": 512,
}  # fmt: skip
T5 = {"d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_decoder_layers": 1, "num_heads": 2}
PROPHET = {
    "hidden_size": 16, "num_encoder_layers": 1, "num_decoder_layers": 1, "num_encoder_attention_heads": 2,
    "num_decoder_attention_heads": 2, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16,
}  # fmt: skip
FAMILIES = {"Bart": BART, "Pegasus": BART, "LongT5": T5, "ProphetNet": PROPHET}


def make(folder: Path, family: str) -> Path:
    """A tiny random model of a family, with the tiny tokenizer."""
    config = getattr(transformers, f"{family}Config")(**SIZES, **FAMILIES[family])
    getattr(transformers, f"{family}ForConditionalGeneration")(config).save_pretrained(folder)
    save_tokenizer(folder, make_tokenizer())
    return folder


def refusal(student: Path, home: Path, **settings: Any) -> str:
    """What a run says before it begins; the check says the same."""
    values = {"student": str(student), "data": "built-in", "max_steps": 1, **settings}
    config = RunConfig.from_dict(values)
    report = pairing.check(config.teacher, config.student, Settings(home=home), config=config)
    run = new_run(values, home)
    with pytest.raises(IncompatibleModels) as caught:
        carry_out(run)
    said = " ".join(f"{found.message} {found.remedy}" for found in report.problems)
    assert str(caught.value) == said
    assert run.status().status == "failed"
    return said


@pytest.mark.parametrize("teacher", [True, False])
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("added tokens", r"a tokenizer of 162 entries for 160 embeddings. Resize the embeddings to .* 162"),
        ("another's tokenizer", "a tokenizer of 400 entries for 160 embeddings"),
        ("no padding", r"which token pads.* \(pad_token_id\)\. Add pad_token_id"),
        ("no end", r"which token ends a text \(eos_token_id\)"),
        ("a start beyond", "decoder_start_token_id is 160; it must be the number of a token, from 0 to 159"),
        ("no tokenizer", "tokenizer.json cannot be used"),
    ],
)
def test_a_model_whose_tokens_do_not_fit_is_refused(
    tmp_path: Path, kind: str, expected: str, teacher: bool
) -> None:
    folder = make_tiny_t5(tmp_path / "model")
    if kind == "added tokens":
        tokenizer = make_tokenizer()
        tokenizer.add_tokens([AddedToken("[CASE]"), AddedToken("[DATE]")])
        save_tokenizer(folder, tokenizer)
    elif kind == "another's tokenizer":
        save_tokenizer(folder, make_tokenizer(400))
    elif kind == "no tokenizer":
        (folder / "tokenizer.json").write_text("{}")
    else:
        name = {"no padding": "pad_token_id", "no end": "eos_token_id"}.get(kind, "decoder_start_token_id")
        value = 160 if kind == "a start beyond" else None
        for file in ("config.json", "generation_config.json"):
            change_json(folder / file, **{name: value})
    said = refusal(folder, tmp_path / "home", **({"teacher": str(folder)} if teacher else {}))
    assert re.search(expected, said), said


@pytest.mark.parametrize(
    ("family", "method", "expected"),
    [
        ("LongT5", "relation", r"longt5 model, whose relation cannot be taught here \(relation_weight\)"),
        ("LongT5", "attention", "longt5 model, whose attention cannot be taught"),
        ("LongT5", "multi", "longt5 model, whose attention cannot be taught"),
        ("Bart", "hidden", r"bart model, whose hidden cannot .* \(hidden_weight, embedding_weight\)"),
        ("Pegasus", "relation", "pegasus model, whose relation"),
        ("ProphetNet", "logit", "prophetnet model, which learns from labels alone"),
    ],
)
def test_a_method_that_a_family_does_not_show_is_refused(
    tmp_path: Path, family: str, method: str, expected: str
) -> None:
    folder = make(tmp_path / family, family)
    said = refusal(folder, tmp_path / "home", teacher=str(folder), method=method)
    assert len(re.findall(expected, said)) == 1


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"relation_weight": 1, "relation_heads": 5}, "must divide the student's attention width of"),
        ({"hidden_weight": 1, "encoder_map": "0-9"}, "encoder_map does not fit .* Layer pair 0-9 does not"),
        (
            {"attention_weight": 1, "decoder_map": "7-1"},
            "decoder_map does not fit .* Layer pair 7-1 does not",
        ),
        ({"relation_weight": 1, "encoder_map": "all"}, "'all' is not a layer map"),
    ],
)
@pytest.mark.parametrize("student", ["model", "layers:2+2"])
def test_layers_and_heads_that_do_not_fit_are_refused_before_anything_is_loaded(
    tmp_path: Path,
    tiny: Path,
    tiny_teacher: Path,
    settings: dict[str, Any],
    expected: str,
    student: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work, "load_materials", lambda *_: pytest.fail("loaded"))
    named = student if student != "model" else str(tiny)
    said = refusal(Path(named), tmp_path / "home", teacher=str(tiny_teacher), **settings)
    assert re.search(expected, said), said


@pytest.mark.parametrize("name", ["eos_token_id", "decoder_start_token_id"])
def test_a_student_that_ends_or_starts_otherwise_than_its_teacher_is_refused(
    tmp_path: Path, tiny: Path, name: str
) -> None:
    folder = make_tiny_t5(tmp_path / "model")
    for file in ("config.json", "generation_config.json"):
        change_json(folder / file, **{name: 2})
    said = refusal(folder, tmp_path / "home", teacher=str(tiny))
    assert re.search(rf"Token \d .* teacher writes, 2 what the student .* Give both the same {name}", said), (
        said
    )
    assert not pairing.check(None, str(folder), Settings(home=tmp_path / "home")).problems


@pytest.mark.parametrize(
    ("family", "method"), [("LongT5", "hidden"), ("Bart", "logit"), ("Pegasus", None), ("ProphetNet", None)]
)
def test_other_families_are_trained_judged_and_loaded_again(
    tmp_path: Path, articles: Path, family: str, method: str | None
) -> None:
    folder = make(tmp_path / family, family)
    taught = {"teacher": str(folder), "method": method} if method else {}
    run = train(
        {
            "student": str(folder),
            "data": str(articles),
            "max_steps": 1,
            "target_tokens": 8,
            "beams": 1,
            **taught,
        },
        tmp_path / "home",
    )
    assert run.status().status == "finished"
    assert run.result()["rows"][0]["label"] == "student after"
    assert inspect(run.student).model_type == inspect(folder).model_type


def test_a_sentencepiece_model_alone_will_do(tmp_path: Path, articles: Path) -> None:
    folder = make_tiny_t5(tmp_path / "model")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    texts = ["the cat sat on the mat and the dog ran in the house"] * 50
    SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_prefix=str(folder / "spiece"), vocab_size=30, pad_id=0, eos_id=1,
        unk_id=2, bos_id=-1, minloglevel=2, hard_vocab_limit=False,
    )  # fmt: skip
    values = {"student": str(folder), "data": str(articles), "max_steps": 1, "target_tokens": 8, "beams": 1}
    run = train(values, tmp_path / "home")
    assert run.status().status == "finished"
    assert (run.student / "spiece.model").is_file()
    assert (run.student / "tokenizer.json").is_file()
