"""The machine performed: commands carried out under trio, calls made, replies checked, seats watched, runs replayed.

No `if` about models, money or order: those are asked of the core.
"""
