"""The firewall of the datacenter, nodes, guests and virtual networks."""
