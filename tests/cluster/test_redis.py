"""The broker's contract on a Redis Cluster: ``reopen`` is this folder's."""

from tests.contracts.test_broker import *  # noqa: F403 - the tests are the contract's
