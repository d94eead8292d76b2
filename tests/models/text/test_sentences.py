"""Where sentences end."""

from models.text.sentences import sentence_ends, stops


def test_sentences_end_after_their_closing_marks() -> None:
    text = 'He ran. "Why?" 3.5 percent\nLine 「日本。」 End'
    whole = ["He ran.", 'He ran. "Why?"', 'He ran. "Why?" 3.5 percent\nLine 「日本。」']
    assert [text[:end] for end in sentence_ends(text)] == whole
    assert [text[:end] for end in stops(text)] == [*whole[:2], 'He ran. "Why?" 3.5 percent\n', whole[2]]


def test_titles_and_initials_end_no_sentence() -> None:
    text = "mr. t. smith of the u.s. senate ran. dr. who"
    assert [text[:end] for end in sentence_ends(text)] == ["mr. t. smith of the u.s. senate ran."]


def test_short_forms_end_no_sentence() -> None:
    text = "Robert Downey Jr. of Apple Inc. ran on Jan. 5 vs. World No. 1 Bo. He said no. She left."
    assert [text[:end] for end in sentence_ends(text)] == [text[:-22], text[:-10], text]


def test_one_odd_quotation_mark_moves_no_end() -> None:
    text = 'The 6\'2" guard said "No." He left. He said "Yes." She stayed.'
    ends = sentence_ends(text)
    assert [text[a:b].strip() for a, b in zip([0, *ends], ends, strict=False)] == [
        'The 6\'2" guard said "No."',
        "He left.",
        'He said "Yes."',
        "She stayed.",
    ]


def test_sentences_of_other_scripts_end_too() -> None:
    text = "यह है। وہ ہے۔ Er sagte: „Ja.“ Ende"
    assert [text[:end] for end in sentence_ends(text)] == ["यह है।", "यह है। وہ ہے۔", text[:-5]]
