"""Mail: templates, sending, fetching."""
