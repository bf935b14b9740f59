"""What a room can do; one file each."""
