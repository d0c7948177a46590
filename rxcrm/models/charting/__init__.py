"""Charts, reports and dashboards: numbers over the rows of a view, reckoned by the database (S 7.11, 8)."""
