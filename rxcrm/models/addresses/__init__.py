"""Addresses suggested while somebody types a street: from records, or from a server that an administrator named (S R3.8)."""
