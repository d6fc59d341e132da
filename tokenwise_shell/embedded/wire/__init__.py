"""Bytes on the connection, in order or on purpose out of order.

What is said is decided in `answers`, what goes wrong in `faults`.
"""
