"""Runs the harness's programs on a machine, in processes that have loaded all they need.

To start Python and load HTTP and TLS takes an emulated machine two seconds. This is started once,
before the machines' snapshot is saved, as `python3 - SOCKET`, and forks for every connection to its
socket, which only root can reach. It says `ready`, and is given a line of JSON, [USER, LENGTH], and
a program of that many bytes, which it runs as that user with the connection for its standard input
and output. It must run on Python 3.9.
"""

import contextlib
import http.client  # noqa: F401  (this and others are here for the programs, to be loaded already)
import io
import json
import os
import pwd
import re  # noqa: F401
import signal
import socket
import ssl  # noqa: F401
import subprocess  # noqa: F401
import sys
import threading  # noqa: F401
import time  # noqa: F401

#: Seconds a connection has to bring its program.
PATIENCE = 30
READY = b"ready\n"


def serve(listening):
    """Run a program for every connection, for as long as the machine runs."""
    compiled = {}
    while True:
        connection = listening.accept()[0]
        with connection, connection.makefile("rb") as given:
            try:
                user, source = brought(connection, given)
                if source not in compiled:
                    compiled[source] = compile(source, "program", "exec")
                if os.fork() == 0:
                    listening.close()
                    run(compiled[source], user, connection, given)
            except Exception as error:  # it was no program, or nobody waits for it any more
                with contextlib.suppress(OSError):
                    connection.sendall(f"{error!r}\n".encode())


def brought(connection, given):
    """The user and the program that a connection brings."""
    connection.settimeout(PATIENCE)
    connection.sendall(READY)
    user, length = json.loads(given.readline())
    source = given.read(length)
    connection.settimeout(None)
    return user, source


def run(code, user, connection, given):
    """Run a program in this process, which ends with it, in a session of its own."""
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(connection.fileno(), 1)
        become(user)
        sys.stdin = io.TextIOWrapper(given, encoding="utf-8")
        exec(code, {"__name__": "__main__"})  # noqa: S102  (that is what it is for)
    except BaseException:
        sys.stderr = sys.stdout  # why there is no answer; what is only a warning is no part of one
        sys.excepthook(*sys.exc_info())
    finally:
        try:
            sys.stdout.flush()
        finally:  # whether or not anybody listens any more
            os._exit(0)


def become(user):
    """Be root at home; or another user, in no group but its own, and without a home."""
    entry = pwd.getpwnam(user)
    if user == "root":
        os.chdir(entry.pw_dir)
    else:
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
        os.environ["HOME"] = "/nonexistent"


def main(place):
    """Listen, and go on in the background."""
    listening = socket.socket(socket.AF_UNIX)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(place)
    os.umask(0o177)
    listening.bind(place)
    os.umask(0o022)
    listening.listen(16)
    if os.fork() == 0:
        os.setsid()
        os.chdir("/")
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        serve(listening)


main(sys.argv[1])
