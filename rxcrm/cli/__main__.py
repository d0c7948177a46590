import sys

from rxcrm.cli import main

sys.exit(main())
