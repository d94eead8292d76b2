"""Compare methods: several ways to teach, below the run."""
