"""Settings: what may be set, the named sets of settings, and texts as values. Imports nothing heavy."""

from distill.config.presets import PRESETS
from distill.config.run_config import CHOICES, SETTINGS, RunConfig, describe, parse_layers
from distill.config.sections import FEATURE_TERMS

__all__ = ["CHOICES", "FEATURE_TERMS", "PRESETS", "SETTINGS", "RunConfig", "describe", "parse_layers"]
