"""The page for people at `/`: what was spent and is held, what was decided lately and why, and the files it is made of.

Everything is read off the ledger when somebody looks. Who may see what is the door's affair (`doors/page`).
"""
