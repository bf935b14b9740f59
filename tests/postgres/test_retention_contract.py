"""The store's tests of retention on PostgreSQL."""

from tests.server.store.test_retention import *  # noqa: F403 - the tests are the store's
