"""Every rule: what it accepts, what it repairs and to what, what it rejects and why."""

import pytest

from distill.rules.duplicates import Duplicates
from distill.rules.faith import copy, names, numbers
from distill.rules.form import charset, length, marks, repetition, unfinished
from distill.rules.grounding import grounded
from distill.rules.salience import salient
from distill.rules.support import support
from distill.rules.verdict import Rule, Verdict

SOURCE = (
    "Officials in Iran said on Monday that 1,500 people, among them Mr. Reza Karimi, 36, had met the United "
    "Nations envoy in Tehran. He had three children. The envoy will leave at 6.30 for Geneva. It costs $2.50."
)
LOWER = "officials in iran said on monday that 1,500 people had met the envoy ."


@pytest.mark.parametrize("source", [SOURCE, LOWER])
@pytest.mark.parametrize(
    "rule",
    [charset, repetition, unfinished, marks, length, numbers, names, copy, support, grounded, salient],
)
def test_a_faithful_whole_summary_is_left_as_it_is(rule: Rule, source: str) -> None:
    summary = "Officials said that 1,500 people had met the envoy."
    assert rule(source, summary) == Verdict("accepted", summary)


ACCEPTED: list[tuple[Rule, str]] = [
    (charset, "Karimi's naïve café – “so” … 1,500 № ½."),
    (repetition, "He met the envoy. He met the people."),
    (unfinished, 'He asked: "Who are you?"'),
    (unfinished, 'He said: "I let you down"'),
    (unfinished, "the person signed it ' blanket thief '"),
    (unfinished, "He works for the U.S."),
    (unfinished, "Er rief sie an. Zeit: 12.30 Uhr."),
    (unfinished, "他来了。"),
    (unfinished, "वह आया।"),
    (unfinished, "Die Polizei sagte: „Er kommt.“"),
    (length, "昨天下雨。"),
    (marks, "He has 1) cats, 2) dogs."),
    (marks, "Han sa ”hej” i går."),
    (marks, 'He said " hello " (twice) and [again], “well” :) 5\'11" tall.'),
    (marks, 'He asked, "Why?" and "When?"'),
    (numbers, "There were 1500 people; 3 children, the 36-year-old, 6.3, 2.5 and $2.50."),
    (names, "Nobody But reads This Title Case Text Here."),
    (
        names,
        "Whoever met him is Iranian, said the UN. Now Karimi's envoy; I'm sure. \"Yes,\" he said.",
    ),
    (names, "Then Dr Karimi wore a T-shirt at 6 PM in the U.N. building."),
]


@pytest.mark.parametrize(("rule", "summary"), ACCEPTED)
def test_accepts(rule: Rule, summary: str) -> None:
    assert rule(SOURCE, summary) == Verdict("accepted", summary)


REPAIRED: list[tuple[Rule, str, str, str]] = [
    (charset, "He\x07 met\u200b them.", "He met them.", "control characters"),
    (
        repetition,
        "He met the envoy of Iran today. Then he met the envoy of Iran. It rained.",
        "He met the envoy of Iran today. It rained.",
        "“he met the envoy of” again",
    ),
    (repetition, "It rained. On and on and on and on and on and on.", "It rained.", "“on and on and on”"),
    (unfinished, "He met them. Then the", "He met them.", "“Then the” cut"),
    (unfinished, 'He met "them." Then he said "and', 'He met "them."', "cut"),
    (marks, 'He said "hello and left.', "He said hello and left.", "without a partner"),
    (marks, 'He said hello" and left.', "He said hello and left.", "without a partner"),
    (marks, 'He "met "them" today.', 'He met "them" today.', "without a partner"),
    (marks, "He (36 met them) ) today].", "He (36 met them) today.", ") ]"),
    (marks, "He “met them.", "He met them.", "“"),
]


@pytest.mark.parametrize(("rule", "summary", "text", "why"), REPAIRED)
def test_repairs(rule: Rule, summary: str, text: str, why: str) -> None:
    verdict = rule(SOURCE, summary)
    assert (verdict.kind, verdict.text) == ("repaired", text)
    assert why in verdict.why
    assert rule(SOURCE, text).kind == "accepted"


REJECTED: list[tuple[Rule, str, str]] = [
    (charset, "He met \ufffd them.", "lost characters: \ufffd"),
    (charset, "He met ⁇ them.", "lost characters"),
    (charset, "Он met them.", "22% of the letters are cyrillic"),
    (repetition, "cat dog cat dog cat dog cat dog", "“cat dog cat dog cat” again"),
    (unfinished, "He met the envoy of", "no whole sentence"),
    (unfinished, "", "no whole sentence"),
    (unfinished, "He met them and. Then he left.", "“them and.” breaks off"),
    (unfinished, "Latest developments:. He met them.", "“developments:.” breaks off"),
    (unfinished, "He met them , . He left.", "“them , .” breaks off"),
    (length, "He met them.", "3 words, not 4 to 150"),
    (length, " ".join(["word"] * 151), "151 words"),
    (length, f"{SOURCE} Indeed.", "of a source of"),
    (numbers, "There were 1,501 people and 37 cats.", "not in the text: 1,501, 37"),
    (numbers, "It costs $25.", "25"),
    (names, "He met John Karimi in Berlin.", "not in the text: John, Berlin"),
    (names, "He met 1, Anna, Berta, Carla and Dora.", "Anna, Berta, Carla and 1 more"),
    (names, "Then he went to Irania.", "Irania"),
]


@pytest.mark.parametrize(("rule", "summary", "why"), REJECTED)
def test_rejects(rule: Rule, summary: str, why: str) -> None:
    verdict = rule(SOURCE, summary)
    assert (verdict.kind, verdict.text) == ("rejected", summary)
    assert why in verdict.why


def test_names_are_not_judged_where_capitals_tell_nothing() -> None:
    summary = "He met them in Berlin."
    assert names(LOWER, summary).kind == "accepted"
    assert names(SOURCE.upper(), summary).kind == "accepted"
    assert names(SOURCE, summary.lower()).kind == "accepted"
    assert names(SOURCE, summary).kind == "rejected"


def test_numbers_in_words_are_known_in_digits() -> None:
    source = "He is thirty-six and has twenty-five cats and forty-first-rate dogs."
    assert numbers(source, "He is 36 and has 25 cats.").kind == "accepted"
    assert numbers(source, "He is 63.").kind == "rejected"


def test_numbers_of_a_tokenized_text_are_read_as_one() -> None:
    assert numbers("there were 1 , 500 people .", "1,500 people .").kind == "accepted"
    assert numbers("there were 1,500 people .", "1 , 500 people .").kind == "accepted"
    assert numbers("there were 1,500 people .", "500 people .").kind == "rejected"


def test_a_name_the_source_repeats_may_be_repeated() -> None:
    name = "the President of the United States of America"
    source = f"We saw {name}. Now {name} left."
    assert repetition(source, f"It was {name}. So {name} left.").kind == "accepted"
    assert repetition(SOURCE, f"It was {name}. So {name} left.").kind == "repaired"


def test_copy_share_has_bounds() -> None:
    half = "the cat sat quite unlike dogs"  # 3 of 6 words are a copied run
    source = "the cat sat on the mat"
    for bounds, kind in (
        ({}, "accepted"),
        ({"lowest": 0.5, "highest": 0.5}, "accepted"),
        ({"lowest": 0.51}, "rejected"),
        ({"highest": 0.49}, "rejected"),
    ):
        assert copy(source, half, **bounds).kind == kind, bounds
    assert copy(source, half, highest=0.2).why == "50% copied, not 0% to 20%"
    assert copy(source, half, size=4, lowest=0.01).kind == "rejected"


def test_a_summary_is_a_duplicate_of_another_texts_only() -> None:
    duplicates = Duplicates()
    assert duplicates("one text", "The cat sat.").kind == "accepted"
    assert duplicates("one text", "the cat sat").kind == "accepted"
    assert duplicates("another text", "the cat, sat!").kind == "rejected"
    assert Duplicates()("another text", "the cat sat").kind == "accepted"


@pytest.mark.parametrize(
    ("summary", "kept"),
    [
        # 3 of 4 telling words ("officials", "said", "envoy", "arrived") stand in the source.
        ("Officials said the envoy arrived.", "Officials said the envoy arrived."),
        ("The envoy arrived at 7. Officials met him.", "Officials met him."),
        ("The envoy leaves.\nSnow fell on Oslo.\nOfficials met.", "The envoy leaves.\nOfficials met."),
        ("Snow fell on Oslo. It costs $2.50. Officials met.", "Officials met."),
        ("It costs $2.50. Officials met.", "It costs $2.50. Officials met."),
    ],
)
def test_sentences_without_support_are_taken_out(summary: str, kept: str) -> None:
    verdict = support(SOURCE, summary, share=0.75)
    assert (verdict.kind, verdict.text) == ("accepted" if kept == summary else "repaired", kept)


def test_too_little_support_rejects() -> None:
    summary = "Snow fell on Oslo. Officials met."
    assert support(SOURCE, summary, share=0.75, fewest=2).why == "1 of 2 sentences not in the text"
    assert support(SOURCE, "Officials met.", share=0.75, fewest=2).why == "fewer than 2 sentences"
    assert support(SOURCE, "Snow fell.", share=0.75).kind == "rejected"


def test_what_breaks_off_in_english_may_end_a_sentence_elsewhere() -> None:
    summary = "Il a marqué un but. On le félicite."
    assert unfinished("Le joueur a marqué un but.", summary) == Verdict("accepted", summary)
    assert unfinished("The player scored.", summary).kind == "rejected"
