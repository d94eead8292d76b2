"""Settings: what may be set, the named sets of settings, and texts as values. Imports nothing heavy."""

from distill.config.presets import PRESETS
from distill.config.run_config import CHOICES, FEATURE_TERMS, RunConfig, describe, parse_layers

__all__ = ["CHOICES", "FEATURE_TERMS", "PRESETS", "RunConfig", "describe", "parse_layers"]
