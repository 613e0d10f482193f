"""The environment in which Vagrant runs."""

from dockerd_lab.host.lab import Lab
from dockerd_lab.machines.vagrant import environment
from dockerd_lab.settings import checkout, load_settings


def test_vagrants_of_two_labs_do_not_share_their_temporary_files(tmp_path):
    settings = load_settings(checkout())
    for name in ("one", "two"):
        lab = Lab(tmp_path / name, 1, 1, "qemu", kept=False)
        place = environment(lab, checkout(), settings)["TMPDIR"]
        assert place.startswith(f"{lab.directory}/")
