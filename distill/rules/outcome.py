"""All rules on one summary."""

from collections.abc import Mapping
from dataclasses import dataclass

from distill.rules.verdict import Kind, Rule, Verdict


@dataclass(frozen=True)
class RuleOutcome:
    """What the rules did to a summary.

    Args:
        refined: The summary with every repair, whether or not it was rejected as well.
        verdicts: Each rule's, in the order they were applied in; empty without rules.
    """

    refined: str
    verdicts: Mapping[str, Verdict]

    @property
    def text(self) -> str | None:
        """The summary to use; None where a rule rejects it."""
        return None if "rejected" in self.kinds else self.refined

    @property
    def kinds(self) -> list[Kind]:
        """What each rule did."""
        return [verdict.kind for verdict in self.verdicts.values()]

    @property
    def touched(self) -> dict[str, str]:
        """The reason of each rule that repaired or rejected it, by the rule's name."""
        return {name: verdict.why for name, verdict in self.verdicts.items() if verdict.kind != "accepted"}


def apply_rules(source: str, summary: str, rules: Mapping[str, Rule]) -> RuleOutcome:
    """Apply the rules one after the other, in their order, each to what the former ones have left.

    All of them judge, even after one has rejected, so that a report shows how common each fault is.
    """
    verdicts: dict[str, Verdict] = {}
    for name, judge in rules.items():
        verdicts[name] = judge(source, summary)
        summary = verdicts[name].text
    return RuleOutcome(summary, verdicts)
