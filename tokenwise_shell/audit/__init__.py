"""Logs of others read for `tw audit`: what a file is, what its lines say. What follows is `tokenwise.audit`'s.

Decided here: how files become rows, how a format is recognised, and what of it may be shown. Words of a conversation,
keys and addresses end here: of them a digest is made at most.

    opening rows     files, folders, streams and archives as rows, with the lines of what is none
    formats          which format a row is of
    readers          a row becomes calls, a module for each format
    values           names that may be shown, times, amounts, digests
    documents texts pages     the findings as JSON, as text, as a page
"""
