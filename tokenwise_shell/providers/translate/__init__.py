"""A request and an answer in no vendor's terms: what is read from one format and written in another.

Each format's own reading and writing is in its folder.
"""
