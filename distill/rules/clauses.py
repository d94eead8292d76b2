"""Sentences without needless clauses: those between commas that open as an addition does."""

import re

from distill.rules.words import words

_SHORTEST = 6  # words of what is left
_NAME = 1  # words that open no sentence alone: "Using a telescope at Mauna Kea, Hawaii, they …"
_MARK = re.compile(r"(\s?,\s|\s--\s|\s[–—]\s)")
_STOP = re.compile(r"\s?[.!?]\W{0,20}$")


def _opening(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{words})\b", re.IGNORECASE)


_INTRODUCES = _opening(
    "on|in|at|after|before|when|while|as|with|by|despite|during|since|for|from|although|though|because|under"
    "|following|amid|instead|however|meanwhile|but|and|so|yet|still|also|now|then|later|earlier|today"
    r"|last|this|just|according|once|among|\w+ing|\w+ly"
)
_ADDITIONS = (
    "who|which|whose|whom|where|when|while|including|such as|a|an|aged|along|as well|however|meanwhile|too"
    "|though|according|following|after|before|despite|during|like|with|without|from|in|on|at|by|for"
    "|as|under|near"
    r"|one of|some of|many of|most of|all of|part of|both of|known|once|now|then|formerly|\d+$|\w+ing"
)
_ADDS = _opening(_ADDITIONS)
_FOLLOWS = _opening(f"{_ADDITIONS}|but|and|although|because|since|so|or|not")
_VERB = (
    "is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|do|does|did|said|says|told|became"
    "|won|made|took|went|got|found|left|began|came|saw|gave|ran|held|led|lost|met|sold|set|put|hit|cut|let|fell"
    r"|grew|kept|knew|spoke|stood|thought|wrote|(?!hundred|united)\w+ed"
)
_HAS_VERB = re.compile(rf"\b(?:{_VERB})\b", re.IGNORECASE)
_GOES_ON = _opening(rf"(?:(?:also|now|then|still|never|not|only|just|\w+ly) )?(?:{_VERB})")
_LISTS = _opening("and|or")
_COORDINATES = _opening("and|or|but|so")
_AFTER_AGE = _opening("his|her|its|their|the|of|with|who|from|at|in|and")
_LISTED = _opening(r"an?|\w+ing")
_DANGLES = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|to|of|the|an?|and|or|but|in|at|on|with|for|from|by|as|that|who"
    r"|which|not)$",
    re.IGNORECASE,
)
_TELLS_OF = _opening("an?|the|who")
_LEANS = _opening("and|but|or|who|which|whose|where|that|said|says")
_SAYS = re.compile(
    r"(?:according to\b.*"
    r"|(?:\S+ ){0,8}(?:said|says|told|added|reported|reports|announced|claims|claimed)(?: \S+){0,3})$",
    re.IGNORECASE,
)


def condensed(sentence: str) -> str:
    """A sentence without its needless clauses."""
    if ";" in sentence:  # a list whose items have commas of their own
        return sentence
    stop = _STOP.search(sentence)
    end = stop.start() if stop else len(sentence)
    parts = _MARK.split(sentence[:end])
    clauses, marks = parts[::2], parts[1::2]
    while len(clauses) > 1 and _is_whole(clauses[:-1]) and _ends_needlessly(clauses):
        del clauses[-1], marks[-1]
    if len(clauses) > 1 and _is_whole(clauses[1:]) and _goes(clauses[0], _INTRODUCES):
        del clauses[0], marks[0]
    _drop_within(clauses, marks)
    rest = "".join(mark + clause for mark, clause in zip(marks, clauses[1:], strict=True))
    return clauses[0] + rest + sentence[end:]


def _drop_within(clauses: list[str], marks: list[str]) -> None:
    """Drop additions between commas or dashes, the last first, where the sentence plainly goes on after."""
    for place in range(len(clauses) - 2, 0, -1):
        added, after = clauses[place], clauses[place + 1] if place + 1 < len(clauses) else ""
        if not after or marks[place - 1].strip() != marks[place].strip() or not _goes(added, _ADDS):
            continue
        opens = _INTRODUCES.match(clauses[0]) is not None
        introduced = place == 1 and opens and not _HAS_VERB.search(added)
        goes_on = _GOES_ON.match(after) or (_LISTS.match(after) and not _LISTED.match(added))
        if introduced or goes_on or (added.isdigit() and _AFTER_AGE.match(after)):
            del clauses[place], marks[place]
            # A comma stays where it may close an addition before: "Ann Lee, the mayor, [who …,] resigned".
            is_subject = place == 1 or (place == 2 and opens) or "," not in marks[place - 1]
            if goes_on and not introduced and is_subject:
                clauses[place - 1 : place + 1] = [" ".join(clauses[place - 1 : place + 1])]
                del marks[place - 1]


def _goes(clause: str, opening: re.Pattern[str]) -> bool:
    is_balanced = clause.count('"') % 2 == 0 and clause.count(" '") % 2 == 0
    return ":" not in clause and is_balanced and (opening.match(clause) or _SAYS.match(clause)) is not None


def _ends_needlessly(clauses: list[str]) -> bool:
    # "…, according to Yonhap, the news agency": what it says of the speaker goes with him.
    of_speaker = len(clauses) > 2 and _SAYS.match(clauses[-2]) and _TELLS_OF.match(clauses[-1])
    return bool(of_speaker) or (_goes(clauses[-1], _FOLLOWS) and not _is_joined(clauses))


def _is_joined(clauses: list[str]) -> bool:
    """Whether the last clause is the end of a list, or of "not only …, but"."""
    *rest, last = clauses
    return _COORDINATES.match(last) is not None and not (
        _HAS_VERB.search(last) and _HAS_VERB.search(" ".join(rest)) and "not only" not in rest[-1]
    )


def _is_whole(clauses: list[str]) -> bool:
    """Whether what is left can be a sentence: more than an introduction, and not what is said of another."""
    return (
        sum(len(words(clause)) for clause in clauses) >= _SHORTEST
        and not _LEANS.match(clauses[0])
        and len(words(clauses[0])) > _NAME
        and not any(map(_DANGLES.search, clauses))
        and (len(clauses) > 1 or not _INTRODUCES.match(clauses[0]))
    )
