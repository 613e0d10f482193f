"""Your computer: the private lab, KVM, the boxes."""
