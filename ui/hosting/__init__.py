"""How the page is served, to this machine alone or to strangers."""
