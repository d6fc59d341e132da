"""Whose logs can be read, a module for each format: what a row of it looks like, and which calls it tells of.

Decided here: where a format has its counts, and what of them is counted already. Which format a row is of is decided
in `audit.formats`, what of it may be shown in `audit.values`.
"""
