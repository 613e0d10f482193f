"""A user's provisioning script is used as it was checked."""

from observations import write
from prepared import SETTINGS

from dockerd_lab.inputs.collect import collect
from dockerd_lab.standins.prepared import prepare


def test_a_script_is_used_as_it_was_checked(tmp_path, into):
    """Whoever may write to its directory must not have another file read in its place."""
    secret = write(tmp_path / "secret", "root's own")
    script = write(tmp_path / "setup.sh", "echo mine\n")
    collected = collect([], into, provision=script)
    script.unlink()
    script.symlink_to(secret)
    prepare(collected, SETTINGS)
    assert (into / "user-provision").read_text() == "echo mine\n"
