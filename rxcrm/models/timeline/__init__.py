"""The timeline of a record: what is written into it and how it is read (S 4)."""
