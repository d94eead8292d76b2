"""People vote on summaries without knowing whose they are. Imports nothing heavy.

poll = votes.create(EVALUATION_ID, settings, models=[...])   # texts and summaries are an evaluation's
votes.cast(poll, person, text, answer, settings)             # one vote a person and text; the last one counts
poll = votes.close(poll.poll_id, settings); poll = votes.show(poll.poll_id, settings)
votes.results(poll, settings)                                # win rates, strengths, agreement
votes.cases(poll, settings)                                  # text by text
votes.find(ID, settings); votes.all_polls(settings); votes.write_csv(poll, settings, path)
"""

from distill.votes.cases import Case, cases
from distill.votes.owner import check_owner
from distill.votes.polls import Poll, all_polls, close, create, find, show
from distill.votes.results import results
from distill.votes.table import write_csv
from distill.votes.voting import ALL_BAD, ASPECTS, TIE, Ballot, Vote, ballot, cast, check_person

__all__ = [
    "ALL_BAD",
    "ASPECTS",
    "TIE",
    "Ballot",
    "Case",
    "Poll",
    "Vote",
    "all_polls",
    "ballot",
    "cases",
    "cast",
    "check_owner",
    "check_person",
    "close",
    "create",
    "find",
    "results",
    "show",
    "write_csv",
]
