"""What a node is and how it is set up: names, time, network, services, disks, packages, certificates."""
