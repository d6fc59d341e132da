"""Logs of others read for `tw audit`: what a file is, what its lines say. What follows is `tokenwise.audit`'s.

Decided here: how a format is recognised, where it has its counts, and what of it may be shown. Words of a conversation,
keys and addresses end here: of them a digest is made at most.

    opening rows     files, folders, streams and archives as rows, with the lines of what is none
    formats          which format a row is of
    claude_code codex langfuse ledger litellm openai_logs opentelemetry openrouter     a row becomes calls
    values           names that may be shown, times, amounts, digests
    documents texts pages plots     the findings as JSON, as text, as a page
"""
