"""What a workload's conversations leave behind: in sellers' prompt caches, and with who decides the next request.

It neither decides nor bills: `surveys` asks what is known, and `facing` what is read.
"""
