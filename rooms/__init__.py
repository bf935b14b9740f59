"""The rules of a live room, without I/O."""
