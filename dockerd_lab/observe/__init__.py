"""What was seen on the machines after a case was applied: data, no opinion."""
