"""What Proxmox decides about a container, apart from any API method."""
