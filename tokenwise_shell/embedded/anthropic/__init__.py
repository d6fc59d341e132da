"""The embedded provider's face in Anthropic's format.

What it answers is decided in `answers`.
"""
