"""Files: where a store is, how it is laid out, how it is read and how it is written without loss."""
