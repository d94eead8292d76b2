"""A fresh vocabulary: T5's ids, natural text back, the same pieces from the same texts."""

import json
from itertools import pairwise

import pytest

from distill.errors import BadConfig
from distill.families.t5.vocabulary import train_vocabulary

TEXTS = [
    f'The {animal} ran to {place} on May {day}, 2015 ( cnn ) -- "it is well - known," police said .'
    for animal in ("cat", "dog", "horse", "house cat")
    for place in ("London", "Paris", "New York")
    for day in range(1, 15)
]


def test_ids_are_as_t5_has_them() -> None:
    made = train_vocabulary(TEXTS, 120)
    assert made.convert_tokens_to_ids(["<pad>", "</s>", "<unk>"]) == [0, 1, 2]
    assert (made.pad_token_id, made.eos_token_id, made.unk_token_id) == (0, 1, 2)
    assert len(made) <= 120
    ids = made("The cat ran.")["input_ids"]
    assert ids[-1] == 1
    assert made.decode(ids, skip_special_tokens=True) == "the cat ran."
    assert made("日")["input_ids"][-2:] == [2, 1]


def test_spaced_out_and_natural_text_are_one() -> None:
    made = train_vocabulary(TEXTS, 120)
    spaced, natural = "a well - known cat ( cnn ) in 2015 .", "A well-known cat (CNN) in 2015."
    assert made(spaced)["input_ids"] == made(natural)["input_ids"]
    assert "2015" in [piece.strip("▁") for piece in made.tokenize(natural)]


def test_a_full_stop_ends_a_sentence_and_nothing_else() -> None:
    natural = (
        "mr. may of the u.s. ran 1,500 miles at 2.30pm, no. 5 to h. hill. police said no. it isn't. it's."
    )
    made = train_vocabulary([*TEXTS, natural] * 2, 140)
    ids = made(natural)["input_ids"]
    assert made.decode(ids, skip_special_tokens=True) == natural
    pieces = made.tokenize(natural)
    stops = [before.strip("▁") for before, piece in pairwise(pieces) if piece == "."]
    assert [stop[-1] for stop in stops] == ["l", "o", "t", "s"], "of hill, no, isn't, it's"
    commas = [before.strip("▁") for before, piece in pairwise(pieces) if piece == ","]
    assert [comma[-1] for comma in commas] == ["m"]


def test_the_same_texts_give_the_same_pieces() -> None:
    one, two = (json.loads(train_vocabulary(TEXTS, 120).backend_tokenizer.to_str()) for _ in range(2))
    assert one == two
    turned = json.loads(train_vocabulary(TEXTS[::-1], 120).backend_tokenizer.to_str())
    assert turned["model"] == one["model"]


def test_fewer_pieces_than_characters_are_refused() -> None:
    with pytest.raises(BadConfig, match="Ask for more pieces"):
        train_vocabulary(TEXTS, 12)


def test_common_words_signs_and_contractions_cost_one_token_each() -> None:
    made = train_vocabulary([*TEXTS, "He's been \"there\" (again), hasn't he?"] * 2, 120)
    assert made.tokenize("The cat's been (again)") == ["▁the", "▁cat", "'s", "▁been", "▁(", "again", ")"]


def test_signs_that_its_texts_lack_are_known_all_the_same() -> None:
    made = train_vocabulary(TEXTS, 800)
    text = "she paid £5 or €6 in tromsø, 50% up."
    ids = made(text)["input_ids"]
    assert made.decode(ids, skip_special_tokens=True) == text
    assert "▁£" in made.tokenize(text)
    few = train_vocabulary(TEXTS, 60)  # signs take a tenth at most
    assert len(few) <= 60
    assert "▁£" in few.tokenize("£5")
    assert few.unk_token_id in few("tromsø")["input_ids"]
