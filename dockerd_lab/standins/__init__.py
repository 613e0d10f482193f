"""What the lab makes in place of what an input rightly lacks; each is in the verdict."""
