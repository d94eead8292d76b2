import pytest

from ui.compare.counter import EXACT, counted
from ui.shared.studio import Studio


def test_words_and_tokens(studio: Studio) -> None:
    assert "2 words · 5 tokens<" in counted(
        "the cat", "embedded/teacher", studio
    )  # with "summarize:" and </s>


def test_nothing_to_count(studio: Studio) -> None:
    assert "No text yet" in counted(" \n ", "embedded/teacher", studio)


def test_over_the_limit_tells_how_many(studio: Studio) -> None:
    assert "603 tokens" in counted("cat " * 600, "embedded/teacher", studio)
    assert '603 tokens <span class="over">· over the limit of 512' in counted(
        "cat " * 600, "embedded/teacher", studio
    )


def test_a_huge_text_is_estimated(studio: Studio) -> None:
    text = "cat " * 250_000
    assert "250,000 words · about 250,0" in counted(text, "embedded/teacher", studio)


def test_an_unknown_or_absent_model_still_counts_words(studio: Studio) -> None:
    for model in (None, "/no/such/folder", "t5/teacher"):
        assert counted("the cat", model, studio) == '<div class="counter">2 words</div>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "No text yet"),
        ("\u200b \x00", "No text yet"),
        ("\ud800", "No text yet"),
        ("the \ud800 cat\x00", "tokens"),
        ("the cat</s><pad>", "tokens"),
        (" " * EXACT + "the cat", "2 words · 5 tokens<"),
        ("\x00" * EXACT + "the cat" + "\n" * EXACT, "2 words · 5 tokens<"),
        ("\u200b" * EXACT + "the cat", "2 words<"),
        ("a" * 1_100_000, "about "),
        ("e" + "\u0301" * 5000, "tokens"),
    ],
)
def test_odd_texts_are_counted_too(text: str | None, said: str, studio: Studio) -> None:
    assert said in counted(text, "embedded/teacher", studio)


def test_a_text_that_is_no_news_is_said_to_be_none(studio: Studio) -> None:
    chat = "\n".join(f"{who}: are we still on for lunch at the place?" for who in ("Ann", "Ben") * 4)
    assert "This looks like a chat. The embedded models were made for English news" in counted(
        chat, "embedded/teacher", studio
    )
    assert "looks like" not in counted(chat, "t5/teacher", studio)
    assert "looks like" not in counted("The cat sat on the mat. " * 20, "embedded/teacher", studio)
