"""What kind of text somebody has put in: told from its form alone, in one pass over its beginning."""

import re

_READ = 20_000
"""Characters that are looked at; the kind of a longer text shows in these."""
_FEWEST_WORDS = 25
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_FUNCTION_WORDS = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "is",
        "that",
        "for",
        "it",
        "on",
        "was",
        "with",
        "as",
        "by",
        "at",
        "from",
        "be",
        "have",
        "has",
        "had",
        "not",
        "he",
        "she",
        "they",
        "i",
        "you",
        "we",
        "his",
        "her",
        "their",
        "its",
        "this",
        "which",
        "who",
        "will",
        "would",
        "were",
        "are",
        "but",
        "an",
        "or",
        "been",
        "said",
        "what",
        "there",
        "so",
        "if",
    ]
)
_PROSE = 0.17
"""The least share of function words in English: of most news it is 0.24 to 0.45, of lists of results less."""
_TURN = re.compile(r"[A-Z@<][^:.!?]{0,24}:\s+\S")
_CODE = re.compile(
    r"[;{}]\s*$|=>|\)\s*\{|^\s*(?:def|class|import|from|return|function|const|let|var|#include|public|if)\b"
    r"|^\s*[@#.]?\w[\w.\[\]]*\s*[-+*]?=\s|^\s+[\w.]+\(.*\)?,?$|^\s*\w+:\s[\w\[\], |.]+(?: = .*)?$|^\s*[)\]}]"
)
_CELLS = re.compile(r"\t|\s\|\s|,(?=\S)|;(?=\S)| {3,}")


def unlike_news(text: str) -> str | None:
    """What a text is if it is plainly not English prose: for a sentence such as "This looks like a chat".

    Returns:
        "a chat", "code", "a table", "something other than English prose"; None for prose and for few words.
    """
    text = text[:_READ]
    lines = [line for line in text.splitlines() if line.strip()]
    words = _WORD.findall(text)
    if len(re.findall(r"\w+", text)) < _FEWEST_WORDS:
        return None
    if len(lines) >= 4:
        if _share(_TURN, lines) >= 0.6:
            return "a chat"
        if _share(_CODE, lines) >= 0.4:
            return "code"
        if sum(len(_CELLS.findall(line)) >= 2 for line in lines) >= 0.7 * len(lines) and not _is_prose(words):
            return "a table"
    return None if _is_prose(words) else "something other than English prose"


def _share(pattern: re.Pattern[str], lines: list[str]) -> float:
    return sum(bool(pattern.search(line)) for line in lines) / len(lines)


def _is_prose(words: list[str]) -> bool:
    return sum(word.lower() in _FUNCTION_WORDS for word in words) >= _PROSE * len(words)
