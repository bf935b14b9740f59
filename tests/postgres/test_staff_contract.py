"""The store's tests of staff on PostgreSQL."""

from tests.server.store.test_staff import *  # noqa: F403 - the tests are the store's
