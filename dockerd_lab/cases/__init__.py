"""What a case says, where the cases are, and how one is applied to a machine."""
