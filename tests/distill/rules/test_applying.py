"""Choosing rules, applying several, and the report."""

import pytest

from distill.errors import BadConfig
from distill.rules import (
    RULES,
    JudgedDraft,
    apply_rules,
    choose_reward_rules,
    choose_rules,
    refine,
    report,
    report_table,
)
from distill.rules.verdict import Verdict, reject, repair

SOURCE = "The cat sat on the mat for 3 hours while the dogs of the house ran to Berlin and back again."


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("all", list(RULES)),
        ("none", []),
        ("", []),
        ("all,none", []),
        ("names,none,length", ["length"]),
        ("none,length", ["length"]),
        ("numbers, length", ["length", "numbers"]),
        ("all,-names,-copy", [name for name in RULES if name not in ("names", "copy")]),
        ("all,copy:highest=0.5", list(RULES)),
        # those that put a source's sentences in come before the one that takes pieces of sentences out
        ("fragments,salient:most=45,grounded", ["grounded", "salient", "fragments"]),
    ],
)
def test_rules_are_chosen_by_name_and_keep_their_order(wanted: str, chosen: list[str]) -> None:
    assert list(choose_rules(wanted)) == chosen


def test_a_rules_parameters_can_be_set() -> None:
    usual, short = choose_rules("length")["length"], choose_rules("length:fewest=2:most=3")["length"]
    assert usual(SOURCE, "The cat sat.").kind == "rejected"
    assert short(SOURCE, "The cat sat.").kind == "accepted"
    assert short(SOURCE, "The cat sat there.").kind == "rejected"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("lenght", "no rule 'lenght'; use all, none, or some of charset"),
        ("-lenght", "no rule 'lenght'"),
        ("length:least=3", "no parameter 'least'; it has: fewest=4, most=150"),
        ("length:fewest=few", "fewest of the rule length is 'few'; give a number"),
        ("length:fewest", "fewest of the rule length is ''"),
        ("duplicate:size=3", "it has: none"),
        ("copy:highest=nan", "highest of the rule copy is nan; use a finite number from 0 up"),
        ("copy:highest=inf", "use a finite number from 0 up"),
        ("copy:lowest=-0.1", "use a finite number from 0 up"),
        ("length:fewest=-3", "fewest of the rule length is -3; use a finite number from 0 up"),
        ("copy:size=0", "size of the rule copy is 0; use a finite number from 1 up"),
        ("repetition:size=-1", "size of the rule repetition is -1; use a finite number from 1 up"),
    ],
)
def test_a_wrong_choice_is_explained(wanted: str, words: str) -> None:
    with pytest.raises(BadConfig, match=words):
        choose_rules(wanted)


@pytest.mark.parametrize("wanted", ["duplicate", "all", "repetition,duplicate"])
def test_no_reward_depends_on_what_was_written_before(wanted: str) -> None:
    with pytest.raises(BadConfig, match="reward_rules cannot have duplicate, which remembers other texts"):
        choose_reward_rules(wanted)
    assert list(choose_reward_rules("all,-duplicate")) == [name for name in RULES if name != "duplicate"]


def test_each_rule_judges_what_the_former_ones_left() -> None:
    rules = {
        "first": lambda source, text: repair(f"{text}1", "one"),
        "second": lambda source, text: reject(text, "two"),
        "third": lambda source, text: repair(f"{text}3", "three"),
        "fourth": lambda source, text: Verdict("accepted", text),
    }
    outcome = apply_rules("", "0", rules)
    assert outcome.refined == "013"
    assert outcome.text is None
    assert outcome.touched == {"first": "one", "second": "two", "third": "three"}
    del rules["second"]
    assert apply_rules("", "0", rules).text == "013"
    assert apply_rules("", "0", {}).text == "0"


def test_repairs_work_together() -> None:
    """A cut may part quotation marks, whose rest goes; what is left is judged."""
    outcome = refine(SOURCE, 'The cat "sat on the mat for hours. Then it said" and')
    assert outcome.text == "The cat sat on the mat for hours."
    assert list(outcome.touched) == ["unfinished", "marks"]
    outcome = refine(SOURCE, "The cat sat on the mat for 4 hours. Then the")
    assert outcome.text is None
    assert outcome.refined == "The cat sat on the mat for 4 hours."


def test_the_report_counts_and_shows() -> None:
    drafts = [
        "The cat sat on the mat.",
        *(f"The cat sat on the mat for {hours} hours." for hours in (4, 5, 6, 7)),
        "The cat sat. The dogs ran to Berlin and",
        "The cat sat. The dogs of 9 houses ran to Berlin and",
    ]
    rules = choose_rules("unfinished,length,numbers")
    found = report([JudgedDraft(SOURCE, draft, apply_rules(SOURCE, draft, rules)) for draft in drafts])
    # The last two are cut to three words, too few; the 9 is cut off with the rest.
    counts = {name: [entry[kind] for kind in ("accepted", "repaired", "rejected")]
              for name, entry in {**found["rules"], "all": found}.items()}  # fmt: skip
    assert counts == {"unfinished": [5, 2, 0], "length": [5, 0, 2], "numbers": [3, 0, 4], "all": [1, 0, 6]}
    assert found["drafts"] == 7
    samples = found["rules"]["numbers"]["samples"]
    assert [sample["why"] for sample in samples] == [f"not in the text: {hours}" for hours in (4, 5, 6)]
    assert samples[0] == {
        "verdict": "rejected",
        "why": "not in the text: 4",
        "draft": drafts[1],
        "kept": drafts[1],
        "document": SOURCE,
    }
    text = report_table(found)
    assert "numbers              3         0         4" in text
    assert "  kept:  The cat sat." in text


def test_a_report_of_nothing_is_empty() -> None:
    assert report([]) == {"drafts": 0, "accepted": 0, "repaired": 0, "rejected": 0, "rules": {}}
    assert report([JudgedDraft(SOURCE, "a", apply_rules(SOURCE, "a", {}))])["accepted"] == 1
