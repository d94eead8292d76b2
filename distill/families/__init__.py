"""Kinds of models: a folder for each that may be a teacher or a student."""
