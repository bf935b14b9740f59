"""The log: append and announce in one step."""
