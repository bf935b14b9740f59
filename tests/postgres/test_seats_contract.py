"""The store's tests of seats on PostgreSQL."""

from tests.server.store.test_seats import *  # noqa: F403 - the tests are the store's
