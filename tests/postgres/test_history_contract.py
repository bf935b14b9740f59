"""Paging and exports on PostgreSQL."""

from tests.server.store.test_history import *  # noqa: F403 - the tests are the store's
