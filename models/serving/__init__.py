"""Summaries for those who wait: loaded models, whose turn it is, and what a summary costs."""
