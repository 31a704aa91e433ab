"""Tests of the node's own commands on a simulated node."""
