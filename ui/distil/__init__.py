"""The Distil tab: a form, its check, and the run."""
