"""A simulated Linux machine: files, a small shell and the programs a collection asks for."""
