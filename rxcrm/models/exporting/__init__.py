"""Exports of lists: what is on the screen as a file that comes back unchanged when it is imported again (S 7.9, 6.2)."""
