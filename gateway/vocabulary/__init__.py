"""Code tables with their sources, and look-ups that can say "unknown"."""
