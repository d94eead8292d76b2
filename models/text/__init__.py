"""A text on its way in and out of a model. Knows no torch."""
