"""Tags: words that people hang on leads, accounts, contacts and opportunities to find them again (docs/decisions/0031)."""
