"""The page: the only package that knows Gradio. It imports no tensors."""
