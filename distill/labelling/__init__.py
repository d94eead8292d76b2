"""A teacher's own summaries as labels. Imports nothing heavy."""

from distill.labelling.labels import Drafting, label

__all__ = ["Drafting", "label"]
