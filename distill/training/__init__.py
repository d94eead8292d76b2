"""The training itself, on the loop of transformers."""
