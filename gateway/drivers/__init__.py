"""Ports made real: keys, files, workers."""
