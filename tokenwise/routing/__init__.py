"""Which model one request goes to, what it may cost at most, and where to turn after a fault.

Several requests with one purse are `planner`'s; the order in which these decisions are asked is `machine`'s.
"""
