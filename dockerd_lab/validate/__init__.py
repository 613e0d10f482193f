"""A user's own configuration: gathered, made ready for the machines, and judged."""
