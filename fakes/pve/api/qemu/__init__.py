"""Virtual machines: one module per subject."""
