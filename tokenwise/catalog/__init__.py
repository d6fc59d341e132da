"""What models can do, where they are sold and what each token costs: rows and arithmetic.

Which of them to take is decided in `routing`; a price that nobody knows is never guessed here.
"""
