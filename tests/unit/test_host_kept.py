"""What is kept on this computer, and how it is removed."""

import fcntl

from dockerd_lab.host import kept, namespaces
from dockerd_lab.project import user_cache


def test_what_is_kept_is_named_with_its_size(project):
    cache = user_cache()
    (cache / "boxes/debian-12-abc").mkdir(parents=True)
    (cache / "boxes/debian-12-abc/disk.img").write_bytes(b"x" * 100_000)
    (project.state / "debian-12").mkdir(parents=True)
    (project.state / "lock").touch()
    items = {item.path.name: item for item in kept.find_kept_data(project)}
    assert set(items) == {"debian-12-abc", "debian-12"}
    assert 100_000 <= items["debian-12-abc"].bytes < 150_000


def test_a_directory_or_a_file_is_removed(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "c").touch()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    for name in ("link", "c", "nothing"):
        namespaces.remove(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    namespaces.remove(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_a_box_that_is_being_built_is_not_cleaned(project):
    boxes = user_cache() / "boxes"
    (boxes / "debian-12-abc.part").mkdir(parents=True)
    (boxes / "debian-12-abc.lock").touch()
    assert len(kept.find_kept_data(project)) == 2
    with (boxes / "debian-12-abc.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert kept.find_kept_data(project) == []
