import itertools
import json
import shutil
import threading
import time
from pathlib import Path

import pytest
from sentencepiece import SentencePieceTrainer

from models.errors import BadRequest, ModelUnavailable
from models.folders.tokenizer import TextTokenizer, open_tokenizer
from tests.tiny import CHARACTERS, SPECIALS, WORDS, make_tokenizer, save_tokenizer


def word(text: str) -> int:
    return len(SPECIALS) + 1 + len(CHARACTERS) + WORDS.index(text)


def test_known_words_get_their_ids_and_the_end_token(tiny: Path) -> None:
    tokenizer = open_tokenizer(tiny)
    encoded = tokenizer.encode("the cat sat")
    assert encoded.ids == [word("the"), word("cat"), word("sat")]
    assert tokenizer.wrap(encoded.ids) == [*encoded.ids, 1]
    assert tokenizer.room(512) == 511


def test_it_agrees_with_transformers(tiny: Path) -> None:
    from transformers import AutoTokenizer

    ours, theirs = open_tokenizer(tiny), AutoTokenizer.from_pretrained(tiny)
    for text in ["the cat sat on the mat.", "  Zoë\tsaid “no”\n<b>", "日本 🙂", "cat" * 500]:
        ids = theirs(text).input_ids
        assert ours.wrap(ours.encode(text).ids) == ids
        assert ours.decode(ids) == theirs.decode(ids, skip_special_tokens=True)


def test_places_in_the_text_are_places_between_tokens(tiny: Path) -> None:
    encoded = open_tokenizer(tiny).encode("the cat. sat")
    # "the" ends at 3, "cat" at 7, "." at 8, "sat" at 12
    assert [encoded.tokens_before(place) for place in (0, 2, 3, 7, 8, 11, 12)] == [0, 0, 1, 2, 3, 3, 4]


def test_special_tokens_in_a_text_are_text_and_in_output_nothing(tiny: Path) -> None:
    tokenizer = open_tokenizer(tiny)
    assert tokenizer.disarm("the </s><pad> cat <b>") == "the < /s>< pad> cat <b>"
    assert not {0, 1} & set(tokenizer.encode(tokenizer.disarm("the </s> <pad> cat")).ids)
    assert tokenizer.decode([0, word("the"), 2, word("cat"), 1, 0]) == "the cat"


def test_an_end_token_the_tokenizer_forgets_is_added() -> None:
    assert TextTokenizer(make_tokenizer(append_eos=False)).closing == []
    assert TextTokenizer(make_tokenizer(append_eos=False), eos=1).closing == [1]
    assert TextTokenizer(make_tokenizer(), eos=1).closing == [1]


def test_a_tokenizer_saved_with_truncation_does_not_truncate(tmp_path: Path) -> None:
    tokenizer = make_tokenizer()
    tokenizer.enable_truncation(3)
    tokenizer.enable_padding(length=8)
    save_tokenizer(tmp_path, tokenizer)
    assert len(open_tokenizer(tmp_path).encode("the cat sat on the mat").ids) == 6


@pytest.mark.parametrize("content", ["", "{}", "not json", json.dumps({"model": {"type": "??"}})])
def test_a_broken_tokenizer_is_a_clear_message(content: str, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(ModelUnavailable, match=r"tokenizer .*tokenizer.json cannot be used"):
        open_tokenizer(tmp_path)


def test_an_older_tokenizer_is_converted_in_a_process_of_its_own(tiny: Path, tmp_path: Path) -> None:
    old = Path(shutil.copytree(tiny, tmp_path / "old"))
    (old / "tokenizer.json").unlink()
    (old / "spiece.model").write_bytes(b"\x0a\xff\xff\xff\xff\x0f" * 100)
    (old / "tokenizer_config.json").write_text('{"tokenizer_class": "T5Tokenizer"}')
    with pytest.raises(ModelUnavailable, match=r"spiece.model.*it is damaged.*Fetch the model again"):
        open_tokenizer(old)
    with (old / "spiece.model").open("wb") as model:
        SentencePieceTrainer.train(
            sentence_iterator=iter(["the cat sat on the mat"] * 20), model_writer=model, vocab_size=24,
            pad_id=0, eos_id=1, unk_id=2, bos_id=-1, minloglevel=2, hard_vocab_limit=False,
        )  # fmt: skip
    tokenizer = open_tokenizer(old)
    assert tokenizer.decode(tokenizer.encode("the cat sat").ids) == "the cat sat"
    assert tokenizer.closing == [1]


def test_a_panic_of_the_library_is_an_error_like_others(tiny: Path, tmp_path: Path) -> None:
    """It is no `Exception`, so that the thread that serves a visitor would die of it."""
    folder = Path(shutil.copytree(tiny, tmp_path / "copy"))
    pattern = {"type": "Split", "pattern": {"Regex": "(a+)+b"}, "behavior": "Isolated", "invert": False}
    file = folder / "tokenizer.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "pre_tokenizer": pattern}))
    tokenizer = open_tokenizer(folder)
    assert tokenizer.encode("the cat").ids
    with pytest.raises(BadRequest, match="tokenizer cannot work with this text"):
        tokenizer.encode("a" * 60)


def test_a_megabyte_is_tokenised_in_linear_time(tiny: Path) -> None:
    assert len(open_tokenizer(tiny).encode("the cat " * 125_000).ids) == 250_000
    assert len(open_tokenizer(tiny).encode("z" * 200_000).ids) == 200_001


def test_letters_that_the_vocabulary_lacks_are_known(tiny: Path) -> None:
    tokenizer = open_tokenizer(tiny)
    encoded = tokenizer.encode("the Straße 日本\ufe0f cat 日 é")
    assert tokenizer.unknown(encoded, len(encoded.ids)) == "ß日本日é"
    assert tokenizer.unknown(encoded, encoded.ids.index(2) + 1) == "ß"
    assert tokenizer.unknown(tokenizer.encode("the cat"), 2) == ""


def test_other_threads_go_on_while_a_text_is_read(tiny: Path) -> None:
    """The library's `encode` holds Python's lock, so that a long text would stop every other visitor."""
    tokenizer, text = open_tokenizer(tiny), "the cat " * 100_000
    turns, done = itertools.count(), threading.Event()

    def go_on() -> None:
        while not done.is_set():
            next(turns)
            time.sleep(0)

    other = threading.Thread(target=go_on)
    other.start()
    before = next(turns)
    tokenizer.encode(text)
    meanwhile = next(turns) - before
    done.set()
    other.join()
    assert meanwhile > 1000
