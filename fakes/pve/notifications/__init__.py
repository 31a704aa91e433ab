"""Notifications: where they can go, and which of them go there."""
