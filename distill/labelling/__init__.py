"""A teacher's own summaries as labels. Imports nothing heavy."""

from distill.labelling.labels import Drafting, is_new, label
from distill.labelling.references import refine_references
from distill.labelling.refined import prepare

__all__ = ["Drafting", "is_new", "label", "prepare", "refine_references"]
