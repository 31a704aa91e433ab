"""/cluster: status, resources, options, numbers, and what the datacenter configures for all nodes."""
