"""Forms: which tabs, sections and fields the form of a record has, for whom (S 2.2, 13.11)."""
