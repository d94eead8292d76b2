"""Kinds of models that can teach or learn: one folder for each."""
