"""``python -m luodi`` is the command line."""

import sys

from luodi.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
