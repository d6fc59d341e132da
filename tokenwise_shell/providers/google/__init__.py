"""Google's generateContent: requests written and read, answers and streams.

Prices and limits of its models are the catalogue's.
"""
