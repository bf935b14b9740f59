"""REST, pages, health and metrics."""
