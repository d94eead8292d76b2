"""The ways to teach, in words: what each does, and where it comes from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MethodWords:
    """How the page speaks of a method: its name, one line of what it does, its source."""

    label: str
    text: str
    source: str


WORDS = {
    "logit": MethodWords(
        "Soft targets",
        "The student follows the teacher’s probabilities for each next token, beside the labels.",
        "Hinton, Vinyals & Dean (2015), arXiv:1503.02531",
    ),
    "ce": MethodWords(
        "Cross-entropy only",
        "Fine-tuning on the labels: the teacher has no say. The control that every method should beat.",
        "the labels alone",
    ),
    "hidden": MethodWords(
        "Soft targets + hidden states",
        "Also follows the teacher’s hidden states and embeddings, through learned maps where widths differ.",
        "Jiao et al. (2020), TinyBERT, arXiv:1909.10351",
    ),
    "attention": MethodWords(
        "Soft targets + attention",
        "Also looks where the teacher looks. Slower: attention is computed the long way.",
        "Zagoruyko & Komodakis (2017), arXiv:1612.03928; TinyBERT",
    ),
    "multi": MethodWords(
        "All of them together",
        "Soft targets, hidden states, embeddings and attention, each scaled to the soft targets’ size.",
        "TinyBERT’s losses, balanced",
    ),
    "relation": MethodWords(
        "Soft targets + relations",
        "Also follows how queries, keys and values relate in the last layer; widths may differ freely.",
        "Wang et al. (2021), MiniLMv2, arXiv:2012.15828",
    ),
    "contrastive": MethodWords(
        "Soft targets + contrast",
        "Also tells texts apart as the teacher does, by the encoder’s mean states.",
        "InfoNCE: van den Oord et al. (2018), arXiv:1807.03748",
    ),
    "on-policy": MethodWords(
        "On-policy",
        "Half of the batches are the student’s own writing, scored by the teacher. Slower: it has to write.",
        "Agarwal et al. (2024), GKD, arXiv:2306.13649",
    ),
    "curriculum": MethodWords(
        "Curriculum temperature",
        "Soft targets whose temperature is learnt against the student, so that they get harder.",
        "Li et al. (2023), CTKD, arXiv:2211.16231",
    ),
    "adaptive": MethodWords(
        "Adaptive temperature",
        "Soft targets with a temperature for each example, by how sure the teacher is.",
        "by the teacher’s entropy",
    ),
}
"""The methods of a run."""

ROWS = {
    **WORDS,
    "sequence": MethodWords(
        "Teacher’s summaries",
        "The teacher writes the labels, rules sort them, the student learns from what is left.",
        "Kim & Rush (2016), arXiv:1606.07947",
    ),
    "shrink": MethodWords(
        "Copied layers, tuned",
        "A student cut from the teacher’s layers and tuned on the labels: shrink and fine-tune.",
        "Shleifer & Rush (2020), arXiv:2010.13002",
    ),
    "copy": MethodWords("Copied layers, untrained", "A control.", ""),
    "start": MethodWords("Student before training", "A control.", ""),
    "teacher": MethodWords("Teacher", "What there is to learn.", ""),
}
"""The rows of a comparison."""


def label(name: str) -> str:
    """A method's name in words; an unknown one keeps its own name."""
    return ROWS[name].label if name in ROWS else name
