"""OpenAI's format, which most servers speak: requests written and read, answers, streams, errors, usage.

Common terms between formats are in `translate`.
"""
