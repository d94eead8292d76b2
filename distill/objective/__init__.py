"""What a student is trained towards."""
