"""The check before a run. Imports nothing heavy."""

from distill.pairing.pair_check import Report, check
from distill.pairing.trainable import Finding

__all__ = ["Finding", "Report", "check"]
