"""HTTP/1.1 on sockets of our own, and the small ASGI that the doors speak.

Two implementations of it stand side by side: `swift`, `turn` and `parsing` on llhttp (the default), `connections` on
hypercorn's h11 (`--http h11`); `house` is what both have of their connections together.

It knows no format and no model.
"""
