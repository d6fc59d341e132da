"""OpenAI's Responses: input items, tools, output items and their events.

What it cannot carry is refused by name.
"""
