"""Boards: the rows of a list as cards in lanes, and what moving a card to another lane does (S 8.4 [OURS])."""
