"""The store's tests of lobby on PostgreSQL."""

from tests.server.store.test_lobby import *  # noqa: F403 - the tests are the store's
