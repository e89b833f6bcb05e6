"""Is this proof over these bytes by this key? No opinion on trust, no I/O, no clock."""
