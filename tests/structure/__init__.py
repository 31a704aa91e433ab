"""The rules of the architecture as tests; `architecture` holds them as data, `rules` finds the breaches."""
