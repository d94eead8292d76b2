"""A model's folder: what its files contain, read with limits before anything is built from them."""
