"""The store's tests of snapshots on PostgreSQL."""

from tests.server.store.test_snapshots import *  # noqa: F403 - the tests are the store's
