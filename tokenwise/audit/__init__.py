"""What foreign logs say was spent, what a policy would have spent on the same calls, and what bought nothing.

Decided here: what a recorded call costs and on which grounds, how calls add up, which savings follow under which
assumption and how far they carry. What a line of a log means is the shell's affair.
"""
