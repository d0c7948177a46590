"""Everything that administrators shape, out into one file and in from one (issue 6, part 5)."""
