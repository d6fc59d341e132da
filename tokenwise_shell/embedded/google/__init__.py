"""The embedded provider's face in Google's format.

What it answers is decided in `answers`.
"""
