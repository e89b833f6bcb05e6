"""What this node answers over HTTP: to its peers, to its registry's own systems, and to its operators."""
