"""Keeps an ordinary user's groups in the lab, so that /dev/kvm stays open where a group grants it.

libvirt gives QEMU the groups of the lab's root, which has none. In a user namespace those of the
user cannot be named, so once dropped they are gone; instead the dropping is made to do nothing.
"""

import ctypes
import struct

#: linux/seccomp.h, linux/filter.h, linux/audit.h, and the number of setgroups(2) on x86-64.
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
RET_ALLOW, RET_ERRNO = 0x7FFF0000, 0x00050000
LOAD_WORD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ARCHITECTURE_X86_64, SETGROUPS = 0xC000003E, 116
#: Offsets in struct seccomp_data.
NUMBER_AT, ARCHITECTURE_AT = 0, 4


def keep() -> None:
    """Let setgroups(2) succeed without any effect, in this process and all that it starts.

    It is a seccomp filter that answers with error 0. Needs CAP_SYS_ADMIN in the user namespace;
    raises OSError without it.
    """
    program = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (LOAD_WORD, 0, 0, ARCHITECTURE_AT),
            (JUMP_EQUAL, 0, 3, ARCHITECTURE_X86_64),
            (LOAD_WORD, 0, 0, NUMBER_AT),
            (JUMP_EQUAL, 0, 1, SETGROUPS),
            (RETURN, 0, 0, RET_ERRNO),
            (RETURN, 0, 0, RET_ALLOW),
        )
    )
    instructions = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: the count, padding, and where the instructions are.
    place = ctypes.addressof(instructions)
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program) // 8, place), 16)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(head), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the groups cannot be kept")
