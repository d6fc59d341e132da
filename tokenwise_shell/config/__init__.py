"""Where settings come from, in which order, and whether they make sense.

What they mean for money and models is the core's affair.
"""
