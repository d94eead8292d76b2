"""T5 and its relatives with the same layout: how a student is born, and what training it needs."""
