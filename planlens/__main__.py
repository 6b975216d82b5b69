"""`python -m planlens`: the same as the command `planlens`."""

import sys

from planlens.cli import main

if __name__ == "__main__":
    sys.exit(main())
