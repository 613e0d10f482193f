"""Runs the harness's programs on a machine, in processes that have loaded their modules already.

To start Python and to load HTTP and TLS takes two seconds on an emulated machine. Therefore this is
started before the machines' snapshot is saved, as `python3 - SOCKET`. It forks for each connection
to its socket, which only root can reach. It sends `ready`, reads a line of JSON, [USER, LENGTH],
and a program of that many bytes. It runs the program as that user, with the connection as standard
input and output. It must run on Python 3.9.
"""

import concurrent.futures.thread  # noqa: F401  (this and others are loaded for the programs)
import contextlib
import ctypes  # noqa: F401
import http.client  # noqa: F401
import io
import ipaddress  # noqa: F401
import json
import os
import pwd
import re  # noqa: F401
import signal
import socket
import ssl  # noqa: F401
import subprocess  # noqa: F401
import sys
import tempfile  # noqa: F401
import threading  # noqa: F401
import time  # noqa: F401

#: Seconds until a connection must have sent its program.
PROGRAM_LIMIT = 30
READY = b"ready\n"


def serve(listener):
    """Run a program for every connection, for as long as the machine runs."""
    compiled = {}
    while True:
        connection = listener.accept()[0]
        with connection, connection.makefile("rb") as reader:
            try:
                user, source = read_program(connection, reader)
                if source not in compiled:
                    compiled[source] = compile(source, "program", "exec")
                if os.fork() == 0:
                    listener.close()
                    run(compiled[source], user, connection, reader)
            except Exception as error:  # it was no program, or the client has gone
                with contextlib.suppress(OSError):
                    connection.sendall(f"{error!r}\n".encode())


def read_program(connection, reader):
    """Read the user and the program from a connection, and return them."""
    connection.settimeout(PROGRAM_LIMIT)
    connection.sendall(READY)
    user, length = json.loads(reader.readline())
    source = reader.read(length)
    connection.settimeout(None)
    return user, source


def run(code, user, connection, reader):
    """Run a program in this process, in a session of its own; the process ends with it."""
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(connection.fileno(), 1)
        become(user)
        sys.stdin = io.TextIOWrapper(reader, encoding="utf-8")
        exec(code, {"__name__": "__main__"})  # noqa: S102  (this is its purpose)
    except BaseException:
        sys.stderr = sys.stdout  # only an exception is sent to the client, no warnings
        sys.excepthook(*sys.exc_info())
    finally:
        try:
            sys.stdout.flush()
        finally:  # even if the client has gone
            os._exit(0)


def become(user):
    """Change to root's home directory; or become another user, without other groups and a home."""
    entry = pwd.getpwnam(user)
    if user == "root":
        os.chdir(entry.pw_dir)
    else:
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
        os.environ["HOME"] = "/nonexistent"


def main(path):
    """Listen on a unix socket at `path`, and serve it in the background."""
    listener = socket.socket(socket.AF_UNIX)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    os.umask(0o177)
    listener.bind(path)
    os.umask(0o022)
    listener.listen(16)
    if os.fork() == 0:
        os.setsid()
        os.chdir("/")
        null_device = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null_device, descriptor)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        serve(listener)


main(sys.argv[1])
