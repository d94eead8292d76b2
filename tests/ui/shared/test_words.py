import pytest

from ui.shared.words import overlap


def kinds(summary: str, source: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, piece in overlap(summary, source).pieces:
        found.setdefault(kind, []).append(piece)
    return found


def test_three_words_in_order_are_copied_and_case_does_not_count() -> None:
    assert kinds("The cat sat happily.", "yesterday the CAT sat down") == {
        "copied": ["The cat sat"],
        "other": [" ", "."],
        "new": ["happily"],
    }


def test_two_words_in_order_are_only_known() -> None:
    found = overlap("the cat ran", "the cat sat")
    assert (found.words, found.new, found.copied) == (3, 1, 0)
    assert found.pieces == (("known", "the cat"), ("other", " "), ("new", "ran"))


def test_pieces_join_to_the_summary() -> None:
    summary = "  Well—the cat's  mat, 3.5% of 日本語 <b>it</b> 🙂 "
    assert "".join(piece for _, piece in overlap(summary, "the cat's mat").pieces) == summary


@pytest.mark.parametrize("summary", ["", "   ", "🙂 …"])
def test_no_words(summary: str) -> None:
    assert overlap(summary, "the cat").words == 0


def test_signs_of_scripts_without_spaces_are_words() -> None:
    assert overlap("日本語の", "これは日本語です").copied == 3


@pytest.mark.parametrize(
    ("summary", "words"),
    [
        ("नमस्ते दुनिया", 2),  # vowel signs belong to their letters
        ("e\u0301te\u0301 cafe\u0301", 2),
        ("ภาษา", 4),
        ("ﾊﾞﾅﾅ", 3),
        ("the well-known cat’s m\u00adat", 4),
    ],
)
def test_marks_belong_to_the_letter_before_them(summary: str, words: int) -> None:
    assert overlap(summary, "").words == words


def test_of_a_word_only_the_letters_count() -> None:
    assert overlap("Caf\u00e9s ＯＫ", "cafe\u0301s ok").new == 0


def test_a_million_characters_take_no_time() -> None:
    assert overlap("the cat sat", "the cat sat on a mat " * 50_000).copied == 3
