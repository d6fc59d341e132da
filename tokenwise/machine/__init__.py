"""One run of a plan as a value: `start` and `step` turn events into commands.

It sequences decisions and keeps the run's books; what is best is decided in `routing` and `planner`, and performed by
a driver.
"""
