"""A run carried out for a client: its answer or stream delivered, with the bill.

Nothing leaves before there is output, so another provider may still be asked.
"""
