"""What changes budgets from outside of the processes that spend: a charge put right, a limit raised.

Each is a line in the ledger, which lasts, and a word to whoever runs; what a budget is, `tokenwise.budgets` says.
"""
