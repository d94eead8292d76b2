"""What counts as a word, in the scripts of the world."""

import unicodedata

import pytest

from distill.data import Example
from distill.judging import lead_texts
from distill.rules import choose_rules
from distill.rules.words import words
from distill.tasks.summarize.evaluation import has_repeated_trigram, novel_bigrams, rouge
from distill.tasks.summarize.words import first_words, split_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("दिन", "दान"),  # Devanagari
        ("की", "का"),
        ("কাল", "কুল"),  # Bengali
        ("பால்", "புல்"),  # Tamil
        ("పాలు", "పులి"),  # Telugu
        ("ಕಾಲು", "ಕುಲ"),  # Kannada
        ("കാല", "കുല"),  # Malayalam
        ("ગામ", "ગીમ"),  # Gujarati
        ("මල", "මුල"),  # Sinhala
        ("كَتَبَ", "كُتِبَ"),  # Arabic with its vowels
        ("שָׁלוֹם", "שִׁלּוּם"),  # Hebrew with its points
        ("กา", "กี"),  # Thai
        ("កី", "កុ"),  # Khmer
    ],
)
def test_vowel_signs_tell_words_apart(one: str, other: str) -> None:
    assert rouge(one, other)["rouge1"] == 0.0
    assert rouge(one, one)["rouge1"] == 1.0


@pytest.mark.parametrize(
    "word", ["दिन", "পানি", "பால்", "تُكْتَبُ", "नमस्\u200dते", "می\u200cخواهم", "co\u00adop", "i̇"]
)
def test_marks_and_joiners_do_not_cut_a_word(word: str) -> None:
    assert len(split_words(word)) == len(words(word)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(
            (text, unicodedata.normalize("NFD", text))
            for text in ("Café Zürich", "한국어 신문", "ガイド", "Việt Nam")
        ),
        ("ＡＢＣ１２", "abc12"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("ﬁnal", "final"),
        ("नमस्ते", "नमस्\u200dते"),
        ("ﻻ", "لا"),
        ("\ufeffcat", "cat"),
    ],
)
def test_other_forms_of_a_text_are_the_same_text(one: str, other: str) -> None:
    assert split_words(one) == split_words(other)
    assert words(one) == words(other)
    assert rouge(one, other)["rougeL"] == 1.0


def test_scripts_without_spaces_are_counted_by_letters() -> None:
    assert split_words("北京・ガイドは々、2024年") == [*"北京ガイドは々", "2024", "年"]
    assert split_words("ไปที่ ๑๒") == ["ไ", "ป", "ที่", "๑๒"]
    assert split_words("𠮷野家") == ["𠮷", "野", "家"]


def test_what_is_no_letter_is_no_word() -> None:
    assert split_words("☺️ 👩‍👧 1️⃣ — ™ _ a\u200bb") == ["1", "a", "b"]


def test_novelty_and_repetition_count_the_same_words() -> None:
    assert novel_bigrams("दिन रात", "दान रात दिन") == 1.0
    assert not has_repeated_trigram("की का के की के का")
    assert has_repeated_trigram("की का के की का के")
    assert novel_bigrams(unicodedata.normalize("NFD", "é è"), "é è") == 0.0


def test_the_lead_is_counted_as_rouge_counts() -> None:
    chinese = "昨天下午，市议会投票决定关闭旧桥。" * 12
    [lead] = lead_texts(5, [Example(chinese, "x")])
    assert lead == "昨天下午，市"
    for text in (
        chinese,
        "दिन रात की बात है और",
        "It's  a\nnew day in the U.S.",
        "한국어 신문 을 읽 는 다 요",
    ):
        assert split_words(first_words(text, 5)) == split_words(text)[:5]
    assert lead_texts(4, [Example("The cat\nsat on", "x"), Example("Too short.", "x")]) == [
        "The cat sat on",
        "Too short.",
    ]


@pytest.mark.parametrize(
    ("rule", "source", "summary"),
    [
        (
            "names",
            unicodedata.normalize("NFD", "Then José Muñoz went to Zürich again"),
            "Then José Muñoz left",
        ),
        (
            "names",
            "Then José Muñoz went to Zürich again",
            unicodedata.normalize("NFD", "Then José Muñoz left"),
        ),
        ("numbers", "१२ लोग", "12 लोग"),
        ("numbers", "１２ people", "12 people"),
    ],
)
def test_the_rules_know_other_forms_too(rule: str, source: str, summary: str) -> None:
    assert choose_rules(rule)[rule](source, summary).kind == "accepted"
