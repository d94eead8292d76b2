"""A model's folder: what its files hold, read with bounds before anything is built from them."""
