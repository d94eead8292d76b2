"""A teacher's own summaries as labels. Imports nothing heavy."""

from distill.labelling.labels import Drafting, is_new, label

__all__ = ["Drafting", "is_new", "label"]
