"""The Search tab: which shape of student is near to its teacher and fast."""
