"""Known errors, one YAML file each under known_errors/, and their matcher."""
