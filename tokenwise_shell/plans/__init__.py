"""A request decided and a plan made: the core's leaf decisions with the planning model asked and the judge heard.

Execution is `engine`'s.
"""
