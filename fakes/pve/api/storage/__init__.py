"""Storages: their definitions below /storage, and on each node their state and content."""
