"""The engine: everything that makes a student. `python -m distill --help` lists its commands."""
