"""The requirements as scenarios: one folder per area of the lab pages."""
