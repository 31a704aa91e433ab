"""/cluster/sdn and the zones of a node."""
