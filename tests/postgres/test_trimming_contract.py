"""The store's tests of trimming on PostgreSQL."""

from tests.server.store.test_trimming import *  # noqa: F403 - the tests are the store's
