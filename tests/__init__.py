"""All tests."""

import os

# No test, nor a process that one starts, sees what this machine's user has downloaded from the hub. It is set
# here because the hub's client reads it when it is imported.
os.environ["HF_HUB_CACHE"] = os.devnull
