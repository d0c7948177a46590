"""How fast rxcrm is, each figure beside its floor: `make bench`, or `python -m bench --help`."""
