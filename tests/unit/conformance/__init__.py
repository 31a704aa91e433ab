"""The audit: collecting, judging, reporting."""
