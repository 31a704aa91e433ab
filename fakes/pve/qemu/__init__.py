"""What Proxmox decides about a virtual machine's configuration, apart from any API method."""
