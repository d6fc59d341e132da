"""Anthropic's Messages format: requests written and read, answers and events.

Prices and limits of its models are the catalogue's.
"""
