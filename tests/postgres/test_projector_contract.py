"""The store's tests of projector on PostgreSQL."""

from tests.server.store.test_projector import *  # noqa: F403 - the tests are the store's
