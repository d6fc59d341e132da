"""The embedded provider's face in OpenAI's format.

What it answers is decided in `answers`.
"""
