"""Currencies that the organisation uses, and what they are worth in its own (the base currency)."""
