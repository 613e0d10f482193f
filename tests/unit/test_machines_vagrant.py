"""The environment in which Vagrant runs."""

from dockerd_lab.host.sandbox import Sandbox
from dockerd_lab.machines.vagrant import environment
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings


def test_vagrants_of_two_labs_do_not_share_their_temporary_files(tmp_path):
    settings = load_settings(find_project())
    for name in ("one", "two"):
        lab = Sandbox(tmp_path / name, "qemu", False, pid=1, started=1)
        place = environment(lab, find_project(), settings)["TMPDIR"]
        assert place.startswith(f"{lab.directory}/")
