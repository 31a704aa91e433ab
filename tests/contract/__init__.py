"""What a client of the API may rely on, over every transport."""
