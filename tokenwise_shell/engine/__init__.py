"""The machine performed: commands carried out under trio, calls made, replies checked, seats watched, runs replayed.

Besides what is observed for the core: whether two answers agree (`agreement`), what a seller has counted of a
conversation before (`prefixes`).

No `if` about models, money or order: those are asked of the core.
"""
