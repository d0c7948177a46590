"""Settings: the organisation, its users and its business units. For administrators only."""
