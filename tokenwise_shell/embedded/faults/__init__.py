"""What goes wrong on purpose, and when: scripts and chances of faults.

How a fault looks on the wire is in `wire`.
"""
