"""What the embedded provider says: labelled as simulated, shaped as asked, counted like a model's.

No format is known here.
"""
