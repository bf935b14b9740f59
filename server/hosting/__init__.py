"""Rooms at work: who decides, who follows, who serves the views."""
