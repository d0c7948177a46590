"""Sample data in an organisation of its own: added and taken out again in the background."""
