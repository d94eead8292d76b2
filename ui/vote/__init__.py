"""A page of its own for voters, at `/?vote=ID`."""
