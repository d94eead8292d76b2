"""What can be summarised with: the catalogue, loading, inference engines and measuring."""
