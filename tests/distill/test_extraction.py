"""The sentences that say what the summary says."""

import pytest

from distill.extraction import oracle, sentences

DOCUMENT = 'a dog ran home. the cat sat on the mat. it was 3.5 m long. he said " yes . " cut off'


def test_sentences_are_whole() -> None:
    assert sentences(DOCUMENT) == [
        "a dog ran home.",
        "the cat sat on the mat.",
        "it was 3.5 m long.",
        'he said " yes . "',
    ]
    assert sentences("no end") == []


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


def test_a_document_without_a_whole_sentence_is_taken_as_it_is() -> None:
    assert oracle("no end", "end") == "no end"
