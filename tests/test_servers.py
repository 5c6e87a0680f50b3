"""The servers tests use are ours, answer, and are gone afterwards."""

import socket

import pytest

import servers

pytestmark = pytest.mark.slow


@pytest.mark.needs("/usr/lib/postgresql")
def test_postgresql():
    with servers.postgresql() as server:
        with servers.connect_postgresql(server) as connection:
            assert connection.execute("SELECT '䶮'").fetchone() == ("䶮",)
        assert 20000 <= server.port < 32768
    with socket.socket() as probe:
        assert probe.connect_ex((server.host, server.port)) != 0
    assert not server.folder.exists()


@pytest.mark.needs("mariadbd")
def test_mariadb():
    with servers.mariadb() as server, servers.connect_mariadb(server) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT '䶮'")
        assert cursor.fetchone() == ("䶮",)
    with socket.socket() as probe:
        assert probe.connect_ex((server.host, server.port)) != 0
