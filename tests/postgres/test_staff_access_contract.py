"""The store's tests of staff_access on PostgreSQL."""

from tests.server.store.test_staff_access import *  # noqa: F403 - the tests are the store's
