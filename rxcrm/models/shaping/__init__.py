"""What administrators shape of the records themselves: option lists, status reasons and custom fields (S 9.8, 13.10)."""
