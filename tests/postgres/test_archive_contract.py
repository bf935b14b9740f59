"""The store's tests of archive on PostgreSQL."""

from tests.server.store.test_archive import *  # noqa: F403 - the tests are the store's
