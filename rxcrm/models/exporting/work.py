"""`python -m rxcrm.models.exporting.work RUN_ID`: makes the file of one export; others come first at the processor."""

from __future__ import annotations

import os
import sys

from rxcrm.models.exporting.runs import carry_out

#: How much this process gives way to others.
NICE = 10


def main() -> None:
    """Carry one export out."""
    os.nice(NICE)
    carry_out(int(sys.argv[1]))


if __name__ == "__main__":
    main()
