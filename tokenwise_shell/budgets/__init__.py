"""Where and when the budgets of the core are kept: in this process, in slices of a shared store, under keys and tags.

The law itself stands in `tokenwise.budgets`.
"""
