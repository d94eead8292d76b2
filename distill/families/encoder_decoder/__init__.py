"""What the families with an encoder and a decoder have in common, as plain functions."""
