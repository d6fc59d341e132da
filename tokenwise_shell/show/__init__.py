"""What people see: decisions, plans, ledgers and replays as text and pictures.

Documents for programs are written where their values live.
"""
