"""A text on its way into a model and out of it. Knows nothing about torch."""
