"""Look: components that read state variables and know no table."""
