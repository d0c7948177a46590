"""Filters: conditions as data, and what they mean as SQL (S 7.4)."""
