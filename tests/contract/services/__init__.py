"""Notifications, mappings, metric servers, realm jobs and replication."""
