"""Containers: one module per subject."""
