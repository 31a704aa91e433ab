"""Tests of the simulated lab with a real machine in it."""
