"""The budget law: what may be held in one budget and in several, windows and leases, and the entries of the ledger.

Which call is worth its money is decided elsewhere; where budgets are stored is the shell's affair.
"""
