"""What pytest gets: options, which tests run for which cases, fixtures, the outcome."""
