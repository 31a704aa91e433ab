"""Backups of guests: archives, the vzdump job that writes them, restoring them, and jobs that repeat."""
