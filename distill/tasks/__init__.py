"""What a model is taught and judged on: a folder for each task."""
