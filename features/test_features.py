"""Every scenario of every feature, for pytest to run."""

from pytest_bdd import scenarios

scenarios(".")
