"""`python -m tests.distill.training.commands_in_turn JSON`: commands one after another, in this process.

The JSON is a list of triples: a studio's home, a free port to meet at, and a command's arguments. Importing
torch takes longer than all that these commands do.
"""

import json
import os
import sys

from distill.cli import main

if __name__ == "__main__":
    os.environ["TORCHELASTIC_USE_AGENT_STORE"] = "False"  # it still holds where they met the last time
    for home, port, arguments in json.loads(sys.argv[1]):
        os.environ |= {"STUDIO_HOME": home, "MASTER_PORT": str(port)}
        if code := main(arguments):
            sys.exit(code)
