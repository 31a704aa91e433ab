"""Software-defined networks."""
