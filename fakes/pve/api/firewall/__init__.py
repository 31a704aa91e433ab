"""The firewall of the datacenter, its nodes, guests and virtual networks: the same methods at every level."""
