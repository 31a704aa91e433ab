"""How fast and how big: figures to read, with bounds far below them. Run with `make bench`."""
