"""Qualifying leads: from one open lead to an account, a contact and opportunities, and back (S 3.5)."""
