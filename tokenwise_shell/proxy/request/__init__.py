"""A body that a door has read becomes a request of the core: wishes, names, weight, decision.

The doors know the formats; this knows only OpenAI's chat fields.
"""
