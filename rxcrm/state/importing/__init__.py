"""What the browser may ask of imports: the list, and one module for each step of the wizard (issue 5, section 1)."""
