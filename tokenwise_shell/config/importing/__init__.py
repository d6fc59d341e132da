"""Configurations of other programs, as far as they mean something here; what does not is named, with a remedy.

Whether the outcome makes sense is checked when it is read as a configuration of ours.
"""
