"""The running server: every piece of I/O, put together in app.py."""
