"""Backups: taking one now, jobs that repeat, and what they cover."""
