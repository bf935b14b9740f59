"""The database beside the log: history, rooms, links, snapshots."""
