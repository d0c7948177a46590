"""Files in: read, map, check, write (S 6, 13.17-13.21)."""
