"""Creating and changing virtual machines."""
