"""Machines and their libvirtd that fail: within a limit, with the cause and the evidence."""

import json
import os
import re
import shutil
import signal
import time
from pathlib import Path

from copies import cache_with_boxes, make_checkout, one_error

from dockerd_lab.project import user_cache

ONE = ("tests/lab", "--case", "unix-default")
PANIC = """\
title: a kernel that panics
expect:
  daemon: active
  command: x
  hosts: []
  listeners: []
  client: refused
  outsider: refused
  local-user: refused
"""


def directory(checkout):
    (only,) = (checkout.root / ".lab").glob("debian-12+*")
    return only


def lab_process(checkout, pattern):
    """A process in the lab's own process namespace, by its command line."""
    first = json.loads((checkout.root / ".lab/lab.json").read_text())["pid"]
    space = os.readlink(f"/proc/{first}/ns/pid")
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            same = os.readlink(proc / "ns/pid") == space
            line = (proc / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if same and re.search(pattern, line):
            return int(proc.name)
    raise AssertionError(f"no process {pattern} in the lab")


def await_line(process, *words):
    """Read what a process prints up to the line with these words, and return it all."""
    observed = ""
    for line in process.stdout:
        observed += line
        if all(word in line for word in words):
            return observed
    raise AssertionError(f"no line with {words}:\n{observed}")


def cut_short(disk):
    os.truncate(disk, disk.stat().st_size // 2)


def test_a_copy_cut_short_is_replaced(booted):
    """A lab that was killed leaves its copy of the saved machines."""
    process = booted.start("-m", "pytest", "-q", *ONE)
    await_line(process, "resuming the saved machines", "done")
    process.kill()
    process.wait()
    await_end(booted)
    cut_short(directory(booted) / "libvirt/lib/images/client.img")
    result = booted.pytest(*ONE, limit=300)
    assert result.code == 0, result.output
    assert "saved machines cannot be used: client.img has" in result.output
    assert "booting" not in result.output


def test_saved_machines_cut_short_are_replaced(booted, tmp_path):
    """All checkouts begin with these; here they are in a cache of the test's own."""
    cache = cache_with_boxes(tmp_path)
    machines = cache / "dockerd-lab/machines"
    shutil.copytree(user_cache() / "machines", machines)
    for disk in machines.glob("*/libvirt/lib/images/client.img"):
        cut_short(disk)
    result = booted.pytest(*ONE, limit=600, XDG_CACHE_HOME=str(cache))
    assert result.code == 0, result.output
    assert "saved machines cannot be used: client.img has" in result.output
    assert "saving the machines' snapshot" in result.output


def test_vagrant_enters_machines_that_were_resumed(lab):
    """Vagrant takes a machine's address from its DHCP lease, which must outlive the lab."""
    result = lab.dockerd_lab("exec", "--", "vagrant", "ssh", "daemon", "-c", "hostname", limit=120)
    assert result.code == 0, result.output
    assert "daemon" in result.output.split(), result.output


def test_a_libvirtd_that_dies_between_runs(lab):
    os.kill(lab_process(lab, r"^libvirtd\b"), signal.SIGKILL)
    result = lab.pytest(*ONE, limit=400)
    assert result.code == 0, "the next run starts a lab of its own:\n" + result.output


def test_a_libvirtd_that_dies_during_a_run(booted):
    process = booted.start("-m", "pytest", "-q", *ONE)
    observed = await_line(process, "resuming the saved machines", "done")
    os.kill(lab_process(booted, r"^libvirtd\b"), signal.SIGKILL)
    rest, _ = process.communicate(timeout=120)
    assert process.returncode == 3, observed + rest
    assert "the lab ended: its first process" in rest
    assert "libvirtd ended" in rest


def test_a_machine_that_is_stopped(lab):
    os.kill(lab_process(lab, r"guest=client,"), signal.SIGSTOP)
    message = one_error(lab.pytest(*ONE, limit=240))
    assert re.search(r"client: .* gave up after \d+ s", message), message
    assert "dockerd-lab down" in message


def test_a_kernel_that_panics(lab):
    case = lab.root / "provision/failures/panic"
    case.mkdir()
    (case / "case.yaml").write_text(PANIC)
    (case / "provision.sh").write_text("sync; echo c >/proc/sysrq-trigger; sleep 60\n")
    try:
        message = one_error(lab.pytest("tests/lab", "--case", "panic", limit=240))
    finally:
        shutil.rmtree(case)
    assert "applying failures/panic" in message
    assert "its kernel panicked: Kernel panic - not syncing: sysrq triggered crash" in message
    assert "consoles/daemon.log" in message


def test_a_second_run_in_the_same_checkout(booted):
    first = booted.start("-m", "pytest", "-q", *ONE)
    await_line(first, "starting the lab")
    message = one_error(booted.pytest(*ONE, "--lab-wait", "0", limit=30), code=75)
    assert f"another command uses the lab of this project: process {first.pid}" in message
    waiting = booted.pytest(*ONE, limit=600)
    output, _ = first.communicate(timeout=300)
    assert first.returncode == 0, output
    assert waiting.code == 0, waiting.output
    uses = f"waiting for the command that uses the lab of this project: process {first.pid}"
    assert uses in waiting.output


def test_two_checkouts_at_once(booted, tmp_path):
    other = make_checkout(tmp_path / "other")
    both = [c.start("-m", "pytest", "-q", *ONE) for c in (booted, other)]
    for process in both:
        output, _ = process.communicate(timeout=900)
        assert process.returncode == 0, output
    assert other.processes == booted.processes == []


def test_a_process_that_was_killed_leaves_nothing(booted):
    process = booted.start("-m", "pytest", "-q", *ONE)
    await_line(process, "resuming the saved machines", "done")
    assert booted.processes != []
    process.kill()
    process.wait()
    await_end(booted)


def test_an_up_that_was_killed_leaves_nothing(booted):
    """It was to leave a lab with machines; half of one serves nobody."""
    process = booted.start("-c", "from dockerd_lab.cli.app import main; main()", "up")
    await_line(process, "resuming the saved machines")
    assert booted.processes != []
    process.kill()
    process.wait()
    await_end(booted)


def await_end(checkout):
    deadline = time.monotonic() + 20
    while checkout.processes and time.monotonic() < deadline:
        time.sleep(0.2)
    assert checkout.processes == []
