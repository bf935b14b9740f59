"""What passes over the wire: codecs and field types, without I/O."""
