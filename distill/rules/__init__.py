"""Symbolic rules that accept, repair or reject a summary, each a small named function of source and summary.

Used on a teacher's summaries before a student learns from them, and, if asked, on what a student writes. West
et al. (2022), Symbolic Knowledge Distillation, arXiv:2110.07178, filter a teacher's writings likewise, with a
trained critic. To add a rule: a function in this package, one line in `RULES`, one test. Imports nothing
heavy.
"""

from distill.rules.choice import RULES, choose_reward_rules, choose_rules
from distill.rules.outcome import RuleOutcome, apply_rules
from distill.rules.report import JudgedDraft, report, report_table
from distill.rules.verdict import Rule, Verdict

__all__ = [
    "RULES",
    "JudgedDraft",
    "Rule",
    "RuleOutcome",
    "Verdict",
    "apply_rules",
    "choose_reward_rules",
    "choose_rules",
    "refine",
    "report",
    "report_table",
]


def refine(source: str, text: str) -> RuleOutcome:
    """All rules with their default settings on one summary that somebody is waiting for.

    `refined` is useful even if `text` is None: show it together with `touched`.
    """
    return apply_rules(source, text, choose_rules())
