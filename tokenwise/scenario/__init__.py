"""What a text asks for: the capabilities it needs, how hard it is, and whether it is dangerous to carry out.

Which model that leads to is decided in `routing`.
"""
