"""The models that summarise: catalogue, loading, inference engines and measuring."""
