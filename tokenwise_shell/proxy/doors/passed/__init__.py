"""Endpoints of a provider's that nobody here knows: whom a request for one goes to, and what is held for it.

How it is sent and read for the bill is in `providers.passed`; that money is held and booked is the engine's affair.
"""
