"""The sentences that say what the summary says."""

import pytest

from distill.tasks.summarize.extraction import oracle, sentences

DOCUMENT = 'a dog ran home. the cat sat on the mat. it was 3.5 m long. he said " yes . " cut off'


def test_sentences_are_whole() -> None:
    assert sentences(DOCUMENT) == [
        "a dog ran home.",
        "the cat sat on the mat.",
        "it was 3.5 m long.",
        'he said " yes . "',
    ]
    assert sentences("no end") == []


def test_titles_and_initials_end_no_sentence() -> None:
    assert sentences("he met dr. smith . then l.l. doungal left. he said no. she left.") == [
        "he met dr. smith .",
        "then l.l. doungal left.",
        "he said no.",
        "she left.",
    ]


def test_a_spaced_quotation_mark_goes_to_the_sentence_it_opens() -> None:
    assert sentences('one . " two , " he said . " three . " four .') == [
        "one .",
        '" two , " he said .',
        '" three . "',
        "four .",
    ]


@pytest.mark.parametrize(
    "document", ['he said " yes . and no . " the end .', "“Yes. And no,” he said. the end ."]
)
def test_the_oracle_takes_no_half_quotation(document: str) -> None:
    assert oracle(document, "yes") == "the end ."


def test_what_has_nothing_else_is_taken_all_the_same() -> None:
    assert oracle('he said " no . he said " yes .', "yes") == 'he said " yes .'


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("The cat sat.", "the cat sat on the mat."),
        ("the mat cat; a dog ran", "a dog ran home. the cat sat on the mat."),  # in the document's order
        ("nothing alike", "a dog ran home."),  # where nothing is shared, the first
    ],
)
def test_the_oracle_takes_what_matches(summary: str, expected: str) -> None:
    assert oracle(DOCUMENT, summary) == expected


@pytest.mark.parametrize(
    ("gain", "expected"),
    [
        (None, "the cat sat."),
        (0.3, "the cat sat."),  # F1 1 against 2 · 3 / (6 + 3) = 2/3 of both sentences: a gain of 1/3
        (0.4, "a dog ran. the cat sat."),
    ],
)
def test_the_beginning_is_left_for_a_gain_only(gain: float | None, expected: str) -> None:
    assert oracle("a dog ran. the cat sat.", "The cat sat!", gain) == expected


@pytest.mark.parametrize(("words", "count"), [(1, 1), (4, 1), (5, 2), (12, 3), (13, 4), (512, 20)])
def test_the_beginning_is_whole_sentences_of_so_many_words_at_least(words: int, count: int) -> None:
    text = "a dog ran home . " * 20
    beginning = oracle(text, "nothing alike", gain=0.1, lead_words=words)
    assert beginning == " ".join(["a dog ran home ."] * count)


def test_a_document_without_a_whole_sentence_is_taken_as_it_is() -> None:
    assert oracle("no end", "end") == "no end"


def test_words_of_every_script_are_matched() -> None:
    assert oracle("Шёл дождь. Она ушла.", "Она ушла.") == "Она ушла."
    assert oracle("Шёл дождь. Она ушла.", "Она ушла.", 1.0, 2) == "Шёл дождь."
