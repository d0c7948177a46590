"""Connections: who has to do with whom, and as what; stakeholders and competitors (S 1.5, 5)."""
