"""Starts the lab on your computer: namespaces or its own libvirt, KVM, boxes, checks."""

import os

# Debian gives an ordinary user no sbin, where libvirtd, chroot and mke2fs are.
os.environ["PATH"] = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
