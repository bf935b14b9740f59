"""Photos: uploads in pieces, decoding in processes of their own, files of what is shown."""
