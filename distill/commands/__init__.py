"""The commands, grouped by what they are for: each file has its commands' arguments and what they do.

A command takes `settings` and its arguments by name, and returns its JSON answer and its exit code. Heavy
imports happen inside it, so that `--help` is quick.
"""
