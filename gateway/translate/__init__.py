"""From one format to another: convert, write, seal, derive, reproduce."""
