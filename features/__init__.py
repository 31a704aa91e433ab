"""The requirements as Gherkin, one folder per area of the pages."""
