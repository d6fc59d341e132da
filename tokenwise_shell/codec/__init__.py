"""Values of the core as JSON and back, strictly.

What stands in a file beside them (numbers, owners, checks) is the affair of whoever keeps the file.
"""
