"""The lead score without black box: points by rules, an estimate learned from closed leads, and the reasons of both (issue 6, 6)."""
