"""Makes the verdict's entries for settings that were accepted and have no effect."""

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NoEffect


def no_effect(inputs: Input, setting: str, message: str, fix: str, place: Place) -> NoEffect:
    """Return the entry for a setting, with its place as the user named the file."""
    return NoEffect(setting=setting, message=message, fix=fix, where=inputs.user_path(place))
