"""A streamed answer: OpenAI's chunks read, gathered and written, and what the events of any format amount to.

What stands in a whole answer, how usage is counted and what an error is are in the folder above.
"""
