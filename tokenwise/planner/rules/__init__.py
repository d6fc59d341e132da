"""A task split into steps by the words in it, for when no model can be asked to do so.

It never asks what a step should cost or who does it.
"""
