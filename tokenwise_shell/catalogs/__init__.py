"""The catalogue put together: the embedded list, OpenRouter's, and the user's own rows.

How a row is chosen is decided in the core.
"""
