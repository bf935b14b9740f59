"""What the database says of photos, in PostgreSQL."""

from tests.server.store.test_photos import *  # noqa: F403 - the tests are the store's
