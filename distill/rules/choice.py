"""The rules, and how to choose among them."""

import inspect
import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from distill.errors import BadConfig
from distill.rules import faith, form
from distill.rules.duplicates import Duplicates
from distill.rules.extracts import extract, opening
from distill.rules.fragments import fragments
from distill.rules.grounding import grounded
from distill.rules.salience import salient
from distill.rules.support import support
from distill.rules.verdict import Rule

RULES: dict[str, Callable[..., Any]] = {
    "charset": form.charset,
    "repetition": form.repetition,
    "unfinished": form.unfinished,
    "marks": form.marks,
    "support": support,
    "grounded": grounded,
    "salient": salient,
    "fragments": fragments,
    "length": form.length,
    "numbers": faith.numbers,
    "names": faith.names,
    "copy": faith.copy,
    "opening": opening,
    "extract": extract,
    "duplicate": Duplicates,
}
"""Every rule by name, in the order they are applied in: first those that repair, so that the others judge
what would be kept."""

_LEAST = {"size": 1}
"""The least value of a parameter, where that is not 0: a run of no words is none."""


def choose_rules(wanted: str = "all") -> dict[str, Rule]:
    """The rules of a list such as `all`, `none`, `length,numbers`, `all,-names` or `all,copy:highest=0.8`.

    Read from left to right: `none` takes back all that stands before it. A rule with a memory (`duplicate`)
    starts with none.

    Raises:
        BadConfig: There is no such rule or parameter, or its value is none; says what there is.
    """
    chosen: dict[str, dict[str, float]] = {}
    for item in filter(None, (part.strip() for part in wanted.split(","))):
        name, *pairs = item.split(":")
        if name == "all":
            chosen = {rule: {} for rule in RULES}
        elif name == "none":
            chosen = {}
        elif name.startswith("-"):
            chosen.pop(_known(name[1:]), None)
        else:
            chosen[_known(name)] = dict(_parameter(name, pair) for pair in pairs)
    return {name: _made(name, chosen[name]) for name in RULES if name in chosen}


def choose_reward_rules(wanted: str) -> dict[str, Rule]:
    """The rules of such a list that a run's `reward_rules` may name.

    Raises:
        BadConfig: As from `choose_rules`, or a rule with a memory is among them: it would begin with none
            when a run is resumed, which would then not go on as if it had never stopped.
    """
    try:
        chosen = choose_rules(wanted)
    except BadConfig as error:
        raise BadConfig(f"reward_rules: {error}", "reward_rules") from error
    for name in chosen:
        if isinstance(RULES[name], type):
            raise BadConfig(
                f"reward_rules cannot have {name}, which remembers other texts: leave it out, as in"
                f" all,-{name}.",
                "reward_rules",
            )
    return chosen


def _made(name: str, parameters: Mapping[str, float]) -> Rule:
    rule = RULES[name]
    return rule() if isinstance(rule, type) else partial(rule, **parameters)


def _known(name: str) -> str:
    if name not in RULES:
        raise BadConfig(f"There is no rule {name!r}; use all, none, or some of {', '.join(RULES)}.")
    return name


def _parameter(rule: str, pair: str) -> tuple[str, float]:
    name, _, value = pair.partition("=")
    usual = {
        entry.name: entry.default
        for entry in inspect.signature(RULES[rule]).parameters.values()
        if entry.kind is entry.KEYWORD_ONLY
    }
    if name not in usual:
        known = ", ".join(f"{key}={default}" for key, default in usual.items()) or "none"
        raise BadConfig(f"The rule {rule} has no parameter {name!r}; it has: {known}.")
    try:
        number = type(usual[name])(value)
    except ValueError:
        raise BadConfig(f"The parameter {name} of the rule {rule} is {value!r}; give a number.") from None
    least = _LEAST.get(name, 0)
    if not (math.isfinite(number) and number >= least):
        raise BadConfig(
            f"The parameter {name} of the rule {rule} is {value}; use a finite number from {least} up."
        )
    return name, number
