"""A user's files: which there are, where each goes, collected into one Input."""
