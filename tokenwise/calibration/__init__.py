"""What one deployment's own outcomes say of its requests: a few weights, and the cuts between the tiers.

Decided here: how weights are fitted, whether they beat length and the policy in force, where the cuts lie. Where
outcomes come from, and what is done with the policy, is the shell's affair.
"""
