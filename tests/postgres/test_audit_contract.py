"""The store's tests of audit on PostgreSQL."""

from tests.server.store.test_audit import *  # noqa: F403 - the tests are the store's
