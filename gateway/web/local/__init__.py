"""The local API: for the registry's own programs and its operator, on the node's own machine."""
