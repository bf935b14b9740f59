"""The store's tests of projection on PostgreSQL."""

from tests.server.store.test_projection import *  # noqa: F403 - the tests are the store's
