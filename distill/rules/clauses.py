"""Sentences without needless clauses: those between commas that open as an addition does."""

import re

from distill.rules.words import words

_SHORTEST = 6  # words of what is left
_MARK = re.compile(r"(\s?,\s|\s--\s|\s[–—]\s)")
_STOP = re.compile(r"\s?[.!?]\W*$")


def _opening(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{words})\b", re.IGNORECASE)


_INTRODUCES = _opening(
    "on|in|at|after|before|when|while|as|with|by|despite|during|since|for|from|if|although|though|because|under"
    "|until|following|amid|instead|however|meanwhile|but|and|so|yet|still|also|now|then|later|earlier|today"
    r"|last|this|just|according|once|unlike|among|\w+ing|\w+ly"
)
_ADDITIONS = (
    "who|which|whose|whom|where|when|while|including|such as|a|an|aged|along|as well|however|meanwhile|too"
    "|though|according|following|after|before|despite|during|like|unlike|with|without|from|in|on|at|by|for"
    "|as|under|near"
    r"|one of|some of|many of|most of|all of|part of|both of|known|once|now|then|formerly|\d+|\w+ing"
)
_ADDS = _opening(_ADDITIONS)
_FOLLOWS = _opening(f"{_ADDITIONS}|but|and|although|because|if|since|until|so|or|not")
_TELLS_OF = _opening("an?|the|who")
_LEANS = _opening("and|but|or|who|which|whose|where|that|said|says")
_SAYS = re.compile(
    r"(?:according to\b.*"
    r"|(?:\S+ ){0,8}(?:said|says|told|added|reported|reports|announced|claims|claimed)(?: \S+){0,3})$",
    re.IGNORECASE,
)


def condensed(sentence: str) -> str:
    """A sentence without its needless clauses."""
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
    """Drop what stands between two commas, and both of them if nothing else needs one."""
    place = 1
    while place < len(clauses) - 1:
        alike = marks[place - 1].strip() == marks[place].strip()
        if not (alike and _goes(clauses[place], _ADDS)):
            place += 1
            continue
        del clauses[place], marks[place]
        introduced = place == 1 and _INTRODUCES.match(clauses[0])
        another = place + 1 < len(clauses) and _ADDS.match(clauses[place])
        if not (introduced or another):
            clauses[place - 1 : place + 1] = [" ".join(clauses[place - 1 : place + 1])]
            del marks[place - 1]


def _goes(clause: str, opening: re.Pattern[str]) -> bool:
    is_balanced = clause.count('"') % 2 == 0 and clause.count(" '") % 2 == 0
    return is_balanced and (opening.match(clause) or _SAYS.match(clause)) is not None


def _ends_needlessly(clauses: list[str]) -> bool:
    # "…, according to Yonhap, the news agency": what it says of the speaker goes with him.
    of_speaker = len(clauses) > 2 and _SAYS.match(clauses[-2]) and _TELLS_OF.match(clauses[-1])
    return bool(of_speaker) or _goes(clauses[-1], _FOLLOWS)


def _is_whole(clauses: list[str]) -> bool:
    """Whether what is left can be a sentence: more than an introduction, and not what is said of another."""
    return (
        sum(len(words(clause)) for clause in clauses) >= _SHORTEST
        and not _LEANS.match(clauses[0])
        and (len(clauses) > 1 or not _INTRODUCES.match(clauses[0]))
    )
