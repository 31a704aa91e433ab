"""What concerns the datacenter as a whole."""
