"""Who may come in, how often, how large, and on whose budget.

What a request then costs is decided by the machine.
"""
