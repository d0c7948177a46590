"""What the browser may ask. Knows models and Reflex; holds no rule and no query."""
