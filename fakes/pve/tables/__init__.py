"""Facts of Proxmox VE as data: API tables by version, built-in roles."""
