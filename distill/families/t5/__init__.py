"""T5 and its relatives with the same layout: how a student is made, and what training needs."""
