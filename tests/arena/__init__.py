"""The Overspend Arena: gateways that promise a cap, before a provider that bills every token it may.

    python -m tests.arena [NAME …] [--size small|full] [--json]

`upstream` is the provider and its own count, `rounds` the protocol, `contestants` how each gateway is started, `match`
the clients and what is measured. docs/arena.md has the table, and how rivals are installed.
"""
