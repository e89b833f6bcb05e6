"""The `testamur` command: one file a verb."""
