"""One module or folder for each endpoint: reading its format, writing its answers, streams and errors.

What stands between a door and the provider is the same for all of them.
"""
