"""The store's tests of links on PostgreSQL."""

from tests.server.store.test_links import *  # noqa: F403 - the tests are the store's
