"""Where sentences end."""

from models.sentences import sentence_ends, stops


def test_sentences_end_after_their_closing_marks() -> None:
    text = 'He ran. "Why?" 3.5 percent\nLine 「日本。」 End'
    whole = ["He ran.", 'He ran. "Why?"', 'He ran. "Why?" 3.5 percent\nLine 「日本。」']
    assert [text[:end] for end in sentence_ends(text)] == whole
    assert [text[:end] for end in stops(text)] == [*whole[:2], 'He ran. "Why?" 3.5 percent\n', whole[2]]


def test_titles_and_initials_end_no_sentence() -> None:
    text = "mr. t. smith of the u.s. senate ran. dr. who"
    assert [text[:end] for end in sentence_ends(text)] == ["mr. t. smith of the u.s. senate ran."]
