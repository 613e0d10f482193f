"""A known error as its YAML has it, with what it must have."""

ENTRY = {
    "title": "t",
    "kind": "start",
    "wordings": [{"words": "something"}],
    "cause": "c",
    "fix": [{"daemon": "f"}],
    "look": [{"client": "l"}],
    "reproduce": "port-taken",
    "seen": ["debian-12"],
}
