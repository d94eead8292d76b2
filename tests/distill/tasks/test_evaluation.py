"""Scores against cases worked out by hand."""

import pytest

from distill.data import Example
from distill.tasks import add_retention, means
from distill.tasks.summarize import Summarize, evaluation
from distill.tasks.summarize.evaluation import (
    has_repeated_trigram,
    novel_bigrams,
    rouge,
    rouge_l,
)

# Of 6 and 4 words: 4 unigrams shared, 2 of 5 and 3 bigrams, a longest common subsequence of 4.
REFERENCE, PREDICTION = "the cat sat on the mat", "the cat sat mat"
TASK = Summarize()


def _f1(shared: int, predicted: int, wanted: int) -> float:
    precision, recall = shared / predicted, shared / wanted
    return 2 * precision * recall / (precision + recall)


def test_rouge_of_one_pair() -> None:
    scores = rouge(PREDICTION, REFERENCE)
    assert scores == {
        "rouge1": pytest.approx(_f1(4, 4, 6)),
        "rouge2": pytest.approx(_f1(2, 3, 5)),
        "rougeL": pytest.approx(_f1(4, 4, 6)),
        "rougeLsum": pytest.approx(_f1(4, 4, 6)),
    }


def test_rouge_stems_and_ignores_case_and_marks() -> None:
    assert rouge("Cats, sleeping!", "the cat sleeps")["rouge1"] == pytest.approx(_f1(2, 2, 3))


@pytest.mark.parametrize("end", [". ", "! ", '." ', "?\n"])
def test_rouge_lsum_compares_sentence_by_sentence(end: str) -> None:
    # In the other order a common subsequence of the whole holds one sentence, sentence by sentence all match.
    scores = rouge(f"dogs ran{end}cats sat.", f"cats sat{end}dogs ran.")
    assert scores["rougeL"] == pytest.approx(0.5)
    assert scores["rougeLsum"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("prediction", "reference"), [("", "the cat"), ("the cat", ""), ("", ""), ("—", "…")]
)
def test_nothing_to_compare_is_zero(prediction: str, reference: str) -> None:
    assert set(rouge(prediction, reference).values()) == {0.0}


@pytest.mark.parametrize(
    ("prediction", "reference", "words", "order"),
    [
        ("В Москве дождь", "в москве ДОЖДЬ!", 1, 1),
        ("北京下雨", "下雨北京", 1, 0.5),  # four signs, two of them in order
        ("für über Öl", "fär äber Äl", 0, 0),
        ("naïve cats", "a naïve cat", 2 * 2 / 5, 2 * 2 / 5),  # what is English is stemmed still
        ("snake_case", "snake case", 1, 1),
    ],
)
def test_words_of_any_script_count(prediction: str, reference: str, words: float, order: float) -> None:
    scores = rouge(prediction, reference)
    assert (scores["rouge1"], scores["rougeL"]) == (pytest.approx(words), pytest.approx(order))
    assert rouge_l(prediction, reference) == scores["rougeL"]


@pytest.mark.parametrize(
    "text", ["It's 1,200 km -- (the U.S.), isn't_it? Running runners ran.", "don’t — “no”"]
)
def test_english_words_are_those_of_rouge_score(text: str) -> None:
    from rouge_score.tokenizers import DefaultTokenizer

    assert evaluation._scorer()._tokenizer.tokenize(text) == DefaultTokenizer(True).tokenize(text)


def test_scores_are_of_pairs_and_means_over_them() -> None:
    examples = [Example("", REFERENCE)] * 2
    scores = TASK.score([PREDICTION, REFERENCE], examples)
    assert scores["rouge1"] == pytest.approx([_f1(4, 4, 6), 1])
    assert means(TASK, scores)["rouge1"] == pytest.approx((_f1(4, 4, 6) + 1) / 2)
    with pytest.raises(ValueError, match="zip"):
        TASK.score([PREDICTION], [])


@pytest.mark.parametrize(
    ("summary", "document", "share"),
    [
        ("the cat sat", "The cat, sat!", 0.0),
        ("the cat ran", "the cat sat", 0.5),
        ("a dog ran", "the cat sat", 1.0),
        ("word", "the cat sat", 0.0),
        ("", "the cat sat", 0.0),
    ],
)
def test_novel_bigrams(summary: str, document: str, share: float) -> None:
    assert novel_bigrams(summary, document) == share


@pytest.mark.parametrize(
    ("summary", "repeats"),
    [
        ("the cat sat and the cat sat", True),
        ("the the the the", True),
        ("the cat sat and the cat ran", False),
        ("one two", False),
        ("", False),
    ],
)
def test_repeated_trigrams(summary: str, repeats: bool) -> None:
    assert has_repeated_trigram(summary) is repeats


def test_everything_the_texts_tell() -> None:
    scores = TASK.judge([PREDICTION, "a a a a"], [Example(REFERENCE, REFERENCE), Example("a b", "b")])
    assert scores["n"] == 2
    assert scores["rouge1"]["f"] == pytest.approx(_f1(4, 4, 6) / 2)
    assert scores["novel_bigrams"] == pytest.approx((1 / 3 + 1) / 2)
    assert scores["repeated_trigrams"] == 0.5


def test_retention_is_a_share_of_the_teacher_s_rouge_l() -> None:
    student, teacher = {"rougeL": {"f": 0.3}}, {"rougeL": {"f": 0.4}}
    add_retention([student, teacher], teacher, TASK.main)
    assert student["retention"] == pytest.approx(0.75)
    assert teacher["retention"] == 1.0


@pytest.mark.parametrize("teacher", [None, {"rougeL": {"f": 0.0}}])
def test_without_a_score_to_keep_there_is_no_retention(teacher: dict | None) -> None:
    results = [{"rougeL": {"f": 0.3}}]
    add_retention(results, teacher, TASK.main)
    assert results[0]["retention"] is None
