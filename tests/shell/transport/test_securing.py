"""TLS without I/O: however its bytes are cut, what was said is heard, and how it ended."""

import ssl
from contextlib import suppress

import pytest
import trustme

from tokenwise_shell.transport.securing import Secured

# More than one record holds.
SAID = bytes(range(256)) * 80


def server_of(authority: trustme.CA) -> tuple[ssl.SSLObject, ssl.MemoryBIO, ssl.MemoryBIO]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("here.example").configure_cert(context)
    came, leaves = ssl.MemoryBIO(), ssl.MemoryBIO()
    return context.wrap_bio(came, leaves, server_side=True), came, leaves


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.mark.parametrize("farewell", [True, False])
@pytest.mark.parametrize("cut", [1, 1000, 1_000_000])
def test_however_it_is_cut_it_is_what_was_said(authority, cut, farewell):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    client, (server, came, leaves) = Secured(context, "here.example"), server_of(authority)
    while not client.greeted():
        came.write(client.owed())
        with suppress(ssl.SSLWantReadError):
            server.do_handshake()
        client.take_in(leaves.read())
    came.write(client.owed())
    server.do_handshake()
    came.write(client.sealed(b"a request"))
    assert server.read() == b"a request"

    server.write(SAID)
    if farewell:
        with pytest.raises(ssl.SSLWantReadError):
            server.unwrap()
    data = leaves.read()
    heard = [client.opened(data[place : place + cut]) for place in range(0, len(data), cut)]
    assert b"".join(filter(None, heard)) == SAID
    assert client.ended == farewell
    assert client.ended or client.opened(b"") == b""


def test_what_is_spoilt_on_the_way_is_an_error(authority):
    client = Secured(ssl.create_default_context(), "here.example")
    assert not client.greeted()
    client.take_in(b"no TLS at all")
    with pytest.raises(ssl.SSLError):
        client.greeted()
