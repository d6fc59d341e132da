"""A task becomes steps, and one budget becomes a model for each of them.

It carries nothing out: the plan goes to `machine`.
"""
