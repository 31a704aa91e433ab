"""The composition root of pytest: which plugins the features run with."""

pytest_plugins = ("conformance.pytest_plugin", "steps.audit", "steps.guests", "steps.power")
