"""Tests of the simulated lab that start no machine."""
