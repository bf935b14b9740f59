"""Crowds, rigs and the checker that judges them."""
