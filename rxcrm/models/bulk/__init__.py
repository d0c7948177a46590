"""One command on many records: each by its own rights, told in books, and taken back as one (S 7.7, peers 6.8)."""
