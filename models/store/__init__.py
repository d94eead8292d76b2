"""Which models there are, and how they get to this machine."""
