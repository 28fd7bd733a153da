"""Starts gradcheck from the source folder, where submissions cannot read it."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent / "vendor"))
    from gradcheck.grading.gradescope_run import main

    sys.exit(main())
