"""Which files are configuration, and where those are looked for that something has changed."""

from dockerd_lab.config.config_files import CONFIG_DIRECTORIES, CONFIG_FILES


def test_a_file_at_a_fixed_place_is_in_one_of_the_directories():
    paths = [file.pattern for file in CONFIG_FILES if not file.pattern.startswith("*")]
    assert "/etc/default/docker" in paths
    assert [path for path in paths if not path.startswith(CONFIG_DIRECTORIES)] == []
    assert all(directory.startswith("/") for directory in CONFIG_DIRECTORIES)
