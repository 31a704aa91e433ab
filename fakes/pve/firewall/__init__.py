"""The firewall's configuration: one file per level, the same sections and rules in all of them."""
