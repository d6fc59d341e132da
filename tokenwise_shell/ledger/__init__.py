"""The append-only books on disk: written before a call leaves, synced, rotated, recovered, proved and summed.

Whether a call may be made is decided in `budgets`.
"""
