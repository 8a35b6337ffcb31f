"""The broker's configuration file: every line is here, so that nothing rests on a default that matters."""

from dataclasses import dataclass
from pathlib import Path

from hub.broker.listen import Listen

BROKER_USER = "broker"  # the inter-broker and controller identity
ADMIN_USER = "admin"
MEMBERS = "MEMBERS"  # the listener for members elsewhere

# The cleaner alone takes 128 MB by default; a request is bounded before its sender is known.
_MEMORY: dict[str, object] = {
    "log.cleaner.dedupe.buffer.size": 2097152,
    "log.cleaner.threads": 1,
    "log.segment.bytes": 16777216,
    "log.index.size.max.bytes": 1048576,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "socket.request.max.bytes": 33554432,
    "queued.max.request.bytes": 67108864,
}


@dataclass(frozen=True)
class Identity:
    """What is chosen once per hub and kept: ports, cluster id, passwords (URL-safe text, never shown)."""

    cluster_id: str
    client_port: int
    controller_port: int
    admin_password: str
    broker_password: str

    def __repr__(self) -> str:
        return f"Identity({self.cluster_id}, {self.client_port}, {self.controller_port})"


def properties(identity: Identity, data: Path, listen: Listen | None = None, keystore: Path | None = None) -> str:
    """`server.properties` for one node that is broker and controller, with its logs in `data`.

    With `listen` and its `keystore` (PEM) there is a third listener, for members elsewhere.
    """
    login = f'username="{BROKER_USER}" password="{identity.broker_password}"'
    scram = f"org.apache.kafka.common.security.scram.ScramLoginModule required {login};"
    plain = (
        f"org.apache.kafka.common.security.plain.PlainLoginModule required {login} "
        f'user_{BROKER_USER}="{identity.broker_password}";'
    )
    client = f"CLIENT://127.0.0.1:{identity.client_port}"
    controller = f"CONTROLLER://127.0.0.1:{identity.controller_port}"
    lines: dict[str, object] = {
        "node.id": 1,
        "process.roles": "broker,controller",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{identity.controller_port}",
        "log.dirs": data,
        # Listeners, each with a password: there is no anonymous one. SCRAM cannot serve the controller listener,
        # because its credentials live in the metadata that the controller itself holds.
        "listeners": f"{client},{controller}",
        "advertised.listeners": f"{client},{controller}",
        "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "inter.broker.listener.name": "CLIENT",
        "controller.listener.names": "CONTROLLER",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.client.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.client.scram-sha-512.sasl.jaas.config": scram,
        "listener.name.controller.plain.sasl.jaas.config": plain,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": f"User:{ADMIN_USER};User:{BROKER_USER}",
        "auto.create.topics.enable": "false",
        # One node: nothing to replicate to.
        "default.replication.factor": 1,
        "min.insync.replicas": 1,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
        # A killed broker stays registered until its session ends: 12 to 15 s with the defaults, 3.5 s with these.
        "broker.session.timeout.ms": 1500,
        "broker.heartbeat.interval.ms": 300,
        **_MEMORY,
    }
    if listen is not None:
        lines["listeners"] = f"{lines['listeners']},{MEMBERS}://{listen.interface}:{listen.port}"
        lines["advertised.listeners"] = f"{lines['advertised.listeners']},{MEMBERS}://{listen.address}"
        lines["listener.security.protocol.map"] = f"{lines['listener.security.protocol.map']},{MEMBERS}:SASL_SSL"
        lines |= _members(f"listener.name.{MEMBERS.lower()}", keystore)
    return "".join(f"{name}={_escaped(str(value))}\n" for name, value in lines.items())


def _members(listener: str, keystore: Path | None) -> dict[str, object]:
    """A password there too, over TLS; and strangers cannot hold more connections than these."""
    return {
        f"{listener}.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        f"{listener}.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        f"{listener}.ssl.keystore.type": "PEM",
        f"{listener}.ssl.keystore.location": keystore,
        f"{listener}.ssl.enabled.protocols": "TLSv1.3,TLSv1.2",
        f"{listener}.max.connections": 500,
    }


def _escaped(value: str) -> str:
    """Java reads the file as Latin-1; everything beyond ASCII is written in UTF-16 escapes."""
    units = value.encode("utf-16-be")
    codes = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
    return "".join(chr(code) if code < 0x80 else f"\\u{code:04x}" for code in codes)
