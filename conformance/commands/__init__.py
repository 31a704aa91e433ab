"""The subcommands of labctl that belong to conformance."""
