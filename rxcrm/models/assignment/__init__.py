"""Assignment rules: who gets a new lead that names no owner (S 3.10)."""
