"""The store's tests of the database on PostgreSQL."""

from tests.server.store.test_database import *  # noqa: F403 - the tests are the store's
