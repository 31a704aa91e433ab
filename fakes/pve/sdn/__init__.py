"""Software-defined networks: zones, virtual networks and subnets, configured first and applied later."""
