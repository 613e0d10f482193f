"""What our hosts must do besides, on real machines: pytest --lab-render docker_hosts.py."""


def test_containers_survive_a_restart_of_the_daemon(lab_docker):
    assert lab_docker("daemon").info()["LiveRestoreEnabled"]


def test_the_socket_is_for_group_docker_alone(lab_daemon, lab_observation):
    socket = lab_daemon.file("/run/docker.sock")
    assert (socket.group, socket.mode) == ("docker", 0o660)
