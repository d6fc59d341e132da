"""Anthropic's Messages: `POST /v1/messages` and the counting of tokens.

Its words travel beside their translation, so that nothing is lost between equals.
"""
