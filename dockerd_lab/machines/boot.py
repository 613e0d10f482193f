"""Boots the machines of a lab and saves their snapshot, or resumes those of a saved one."""

from collections.abc import Mapping

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.boxes import Box
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines import (
    program,
    saved_machines,
    snapshot_record,
    ssh,
    vagrant,
    vagrant_up,
    versions,
    virsh,
)
from dockerd_lab.machines.fleet import SNAPSHOT, Fleet, for_each, make_ready, refresh
from dockerd_lab.progress import say, step
from dockerd_lab.project import Project
from dockerd_lab.settings import Settings


def boot(
    lab: Lab, project: Project, settings: Settings, boxes: Mapping[str, Box], key: str
) -> Fleet:
    """Boot the machines of a new lab with Vagrant, save their snapshot, and share it.

    `key` is the snapshot's. Raises HarnessError.
    """
    vagrant.prepare(lab, boxes.values())
    for network in lab.networks:
        file = project.data / "provision" / network
        virsh.run(lab, "making the network of Vagrant's", "net-define", str(file))
    ssh.write_config(lab, settings)
    with step(f"booting the machines with {accelerator(lab)}"):
        vagrant_up.boot_machines(lab, project, settings)
    fleet = Fleet(lab, project, settings, versions.of_fleet(lab, project, settings))
    with step("saving the machines' snapshot"):
        for_each(fleet.names, lambda m: program.preload_programs(lab, project, m))
        for_each(fleet.names, lambda m: virsh.monitor(lab, m, f"savevm {SNAPSHOT}"))
        if lab.keeps_machines:
            # QEMU writes all that it has of the disks when a machine stops.
            for_each(fleet.names, lambda m: virsh.monitor(lab, m, "stop"))
        snapshot_record.write(lab, project, key, fleet.versions)
        if lab.keeps_machines:
            try:
                saved_machines.save(lab.directory, key)
            except (HarnessError, OSError) as error:  # such as a full disk: the lab has its own
                say(f"lab: other labs cannot use the saved machines: {error}")
            for_each(fleet.names, lambda m: virsh.monitor(lab, m, "cont"))
        make_ready(lab, fleet.names, lambda m: refresh(lab, settings, m))
    return fleet


def resume(lab: Lab, project: Project, settings: Settings) -> Fleet:
    """Resume the machines in a lab's directory; raises HarnessError where they do not fit."""
    ssh.write_config(lab, settings)
    facts = snapshot_record.read(lab.directory)
    fleet = Fleet(lab, project, settings, facts["versions"])
    if facts.get("driver") != lab.driver:
        raise HarnessError(
            f"they were saved with {facts.get('driver')}, and now it is {lab.driver}"
        )
    # A disk only grows. What is missing at its end QEMU would read as zeros, without a word.
    now = snapshot_record.disks(lab)
    for disk, size in facts["sizes"].items():
        if now.get(disk, 0) < size:
            raise HarnessError(f"{disk} has {now.get(disk, 0)} bytes, it was saved with {size}")

    def one(machine: str) -> None:
        virsh.run(lab, f"starting {machine}", "start", lab.domain(machine), "--paused")
        virsh.monitor(lab, machine, f"loadvm {SNAPSHOT}")
        virsh.run(lab, f"resuming {machine}", "resume", lab.domain(machine))

    with step(f"resuming the saved machines with {accelerator(lab)}"):
        for network in ("vagrant-libvirt", "dockerd-lab"):
            virsh.run(lab, f"starting network {network}", "net-start", network)
        for_each(fleet.names, one)
        make_ready(lab, fleet.names, lambda m: refresh(lab, settings, m))
    return fleet


def accelerator(lab: Lab) -> str:
    """Return what runs the machines, in words."""
    return "KVM" if lab.driver == "kvm" else "TCG (emulation; KVM does not work here)"
