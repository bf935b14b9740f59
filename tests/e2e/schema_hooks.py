"""What schemathesis needs to know of our API and cannot read in its description; it loads this by name."""

import schemathesis

# Pieces of a photo are bytes, whatever their type is called.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
