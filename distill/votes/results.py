"""What the votes say: how often each model wins, how strong that makes it, and how far people agree."""

from collections.abc import Sequence
from math import sqrt
from typing import Any

from distill.stats.intervals import Mean
from distill.votes import store, tally
from distill.votes.owner import check_owner
from distill.votes.polls import Poll
from distill.votes.says import describe
from distill.votes.voting import ALL_BAD, ASPECTS, TIE
from models.settings import Settings

_RATINGS = (1.0, 5.0)


def results(poll: Poll, settings: Settings, password: str = "") -> dict[str, Any]:
    """The results, for everybody once they are shown, else for the owner.

    Returns:
        `people`, `votes`; `answers`, a row per model, for a tie and for all bad, with `votes` and their share
        (`f`, `low`, `high`); `strengths`, a row per model (see `strengths`; None without any win); `alpha`
        (see `agreement`); `ratings`, a row per model and aspect with `n`, `f`, `low`, `high`; `says`,
        sentences. `low` and `high` are None where a single person has voted.

    Raises:
        DistillError: This user may not see them, or the votes cannot be read.
    """
    if not poll.shown:
        check_owner(settings, password)
    with store.reading(settings) as connection:
        votes = tally.votes_of(connection, poll.poll_id)
    answers = [*poll.models, TIE, ALL_BAD]
    counts = tally.by_person(votes, answers)
    found: dict[str, Any] = {
        "vote": poll.poll_id,
        "evaluation": poll.evaluation,
        "closed": poll.closed,
        "shown": poll.shown,
        "people": len(counts),
        "votes": len(votes),
        "answers": [
            {"answer": answer, "votes": sum(row[place] for row in counts), **(_share(counts, place))}
            for place, answer in enumerate(answers)
        ]
        if votes
        else [],
        "strengths": strengths(counts, poll.models),
        "alpha": agreement(tally.by_text(votes, answers)),
        "ratings": _ratings(votes, poll) if poll.scales else [],
    }
    found["says"] = describe(found)
    return found


def strengths(counts: Sequence[Sequence[int]], models: Sequence[str]) -> list[dict[str, Any]] | None:
    """How strong each model is: for two models the Bradley–Terry model's, for three that of Luce.

    Under both a model is the best of those shown with a probability proportional to its strength. Every vote
    shows all of the poll's models, so the likelihood is largest where the strengths are as the wins, and
    nothing has to be searched for. A tie, or all bad, is the same share of a win for each. Half a win is
    added to each model's, so that one that never won has a strength.

    Bradley and Terry (1952), Rank analysis of incomplete block designs; Luce (1959), Individual choice
    behavior.

    Args:
        counts: Each person's answers: of each model, then ties, then all bad.
        models: Their names.

    Returns:
        Of each model: `f`, the logarithm of its strength, the mean of all models' being 0, with its interval
        (`low`, `high`), and `chance`, how likely it is the best of those shown. None without any vote.
    """
    import numpy as np

    if not counts:
        return None
    table, k = np.asarray(counts, dtype=float), len(models)
    wins = table[:, :k] + table[:, k:].sum(axis=1, keepdims=True) / k

    def logs(totals: Any) -> Any:
        found = np.log(totals + 0.5)
        return found - found.mean(axis=-1, keepdims=True)

    found = logs(wins.sum(axis=0))
    if_independent = 1 / (wins.sum(axis=0) + 0.5)
    total = if_independent.sum()
    chances = np.exp(found) / np.exp(found).sum()
    rows = []
    for place, model in enumerate(models):
        variance = if_independent[place] * (1 - 2 / k) + total / k**2
        limits = _limits(found[place], logs(_without_each(wins))[:, place], float(variance) ** 0.5)
        rows.append({"model": model, "f": float(found[place]), **limits, "chance": float(chances[place])})
    return rows


def agreement(counts: Sequence[Sequence[int]]) -> float | None:
    """Krippendorff's alpha of the answers: 1 if all people answer alike at each text, 0 as if by chance.

    Krippendorff (2004), Content analysis; by the package `krippendorff`.

    Args:
        counts: Of each text, how many gave each answer.

    Returns:
        None where no text has two votes, or all votes are the same, so that nothing could differ.
    """
    import krippendorff
    import numpy as np

    pairs = np.asarray([row for row in counts if sum(row) > 1])
    if len(pairs) == 0 or np.count_nonzero(pairs.sum(axis=0)) < 2:
        return None
    return float(krippendorff.alpha(value_counts=pairs, level_of_measurement="nominal"))


def _share(counts: Sequence[Sequence[int]], place: int) -> dict[str, float | None]:
    """The share of an answer among all, with its interval."""
    import numpy as np

    table = np.asarray(counts, dtype=float)
    votes = table.sum()
    found = float(table[:, place].sum() / votes)
    near = (table[:, place].sum() + 0.5) / (votes + 1)  # else the error of none and of all would be 0
    rest = _without_each(table)
    shares = rest[:, place] / np.maximum(rest.sum(axis=1), 1)
    limits = _limits(found, shares, sqrt(near * (1 - near) / votes), (0.0, 1.0))
    return {"f": found, **limits}


def _ratings(votes: Sequence[tally.Kept], poll: Poll) -> list[dict[str, Any]]:
    """The mean rating of each model in each aspect."""
    import numpy as np

    rows = []
    for model in poll.models:
        for aspect in ASPECTS:
            by_person: dict[str, list[int]] = {}
            for vote in votes:
                if (value := vote.ratings.get(model, {}).get(aspect)) is not None:
                    by_person.setdefault(vote.person, []).append(value)
            if not by_person:
                continue
            sums = np.asarray([(sum(given), len(given)) for given in by_person.values()], dtype=float)
            every = [value for given in by_person.values() for value in given]
            found, rest = float(np.mean(every)), _without_each(sums)
            around = np.square(np.asarray(every) - found).sum()
            around += np.square(np.asarray(_RATINGS) - found).mean()  # else a few who rate alike had no error
            error = sqrt(float(around)) / len(every)
            means = rest[:, 0] / np.maximum(rest[:, 1], 1)
            limits = _limits(found, means, error, _RATINGS)
            rows.append({"model": model, "aspect": aspect, "n": len(every), "f": found, **limits})
    return rows


def _without_each(table: Any) -> Any:
    """The sums of a table's columns without its first person, without its second, and so on."""
    return table.sum(axis=0) - table


def _limits(
    found: float, without: Any, if_independent: float, bounds: tuple[float, float] | None = None
) -> dict[str, float | None]:
    """A 95% interval that says what other people might have voted: the jackknife by person.

    A person's votes go together, so people are left out one by one, not votes (Tukey 1958). The error is that
    jackknife's, or the one that independent votes would have if it is larger: a few people who all vote alike
    have shown little. Student's t with a degree of freedom less than there are people.
    """
    import numpy as np

    people = len(without)
    if people < 2:
        return {"low": None, "high": None}
    jackknife = sqrt((people - 1) / people * float(((without - without.mean()) ** 2).sum()))
    reach = Mean(found, max(jackknife, if_independent), people - 1).reach
    low, high = np.clip([found - reach, found + reach], *(bounds or (-np.inf, np.inf)))
    return {"low": float(low), "high": float(high)}
