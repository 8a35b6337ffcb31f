"""Members elsewhere: let in over TLS with a password, and sure to whom they speak before they send anything."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from hub.broker import tls
from hub.broker.listen import Listen
from tests.broker_fixture import RunningBroker
from wire.access import Access
from wire.consumer import TopicReader
from wire.errors import UnreachableError, WireError
from wire.names import events_topic
from wire.producer import Producer

pytestmark = [pytest.mark.kafka, pytest.mark.net]

Member = Callable[[], Access]


@pytest.fixture
def elsewhere(broker: RunningBroker, member: Member) -> Access:
    """A member as its profile on another machine has it."""
    assert broker.broker.listen is not None
    return replace(member(), bootstrap=broker.broker.listen.address, security="SASL_SSL", ca=broker.broker.trust)


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Somebody at 127.0.0.2 who shows a certificate for another host: the address, and the authority behind it."""
    tls.prepare(tmp_path, Listen("127.0.0.3", 1))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.keystore(tmp_path))
    server = socket.create_server(("127.0.0.2", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = server.accept()
            except OSError:
                return  # the test is over
            with plain:
                try:
                    context.wrap_socket(plain, server_side=True).close()
                except OSError:
                    continue  # the client hung up, as it should

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"127.0.0.2:{server.getsockname()[1]}", tls.trust(tmp_path) or ""
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def read(access: Access) -> list[bytes | None]:
    with TopicReader(access, events_topic(access.user), timeout=1) as reader:
        return [record.value for batch in reader.to_end() for record in batch.records]


def test_what_is_sent_from_elsewhere_is_there(elsewhere: Access, tmp_path: Path) -> None:
    sent = [b"%d" % number * 2000 for number in range(500)]
    with closing(Producer(elsewhere)) as producer:
        for value in sent:
            producer.send(events_topic(elsewhere.user), 0, b"key", value)
    assert read(elsewhere) == sent
    assert isinstance(elsewhere.ca, str)
    (tmp_path / "ca.pem").write_text(elsewhere.ca)
    assert read(replace(elsewhere, ca=tmp_path / "ca.pem")) == sent


def test_nobody_is_let_in_without_the_password_or_without_tls(elsewhere: Access) -> None:
    with pytest.raises(UnreachableError, match="check user and password"):
        read(replace(elsewhere, password="guessed"))
    with pytest.raises(UnreachableError):
        read(replace(elsewhere, security="SASL_PLAINTEXT"))


def test_a_broker_that_the_authority_does_not_vouch_for_is_sent_nothing(elsewhere: Access, tmp_path: Path) -> None:
    tls.prepare(tmp_path, Listen("127.0.0.2", 1))
    for ca in (tls.trust(tmp_path), None):  # another hub's authority, of the same name; the machine's own ones
        with pytest.raises(UnreachableError, match=r"does not vouch for .*nothing was sent"):
            read(replace(elsewhere, ca=ca))


def test_a_certificate_of_another_host_is_refused(elsewhere: Access, stranger: tuple[str, str]) -> None:
    address, ca = stranger
    with pytest.raises(UnreachableError, match=r"not valid for '127\.0\.0\.2'.*nothing was sent"):
        read(replace(elsewhere, bootstrap=address, ca=ca))


def test_an_authority_that_is_no_certificate_is_said(elsewhere: Access, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for ca in ("-----BEGIN CERTIFICATE-----\n", tmp_path / "ca.pem", tmp_path / "none.pem"):
        with pytest.raises(WireError, match="profile again"):
            read(replace(elsewhere, ca=ca))
