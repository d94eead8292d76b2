"""`python -m distill`."""

import os
import sys

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # the libraries read it when they are imported

from distill.cli import main
from models.settings import share_cores

share_cores()
sys.exit(main())
