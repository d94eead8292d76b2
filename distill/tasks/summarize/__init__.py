"""Summaries: from texts to token ids, and from summaries to scores."""
