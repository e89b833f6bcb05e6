"""Do we trust that key for this? Anchors, paths, policies."""
