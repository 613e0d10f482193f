"""Provides stand-ins for what an input refers to and rightly lacks; the verdict lists them."""
