"""What only the hub's operator does at the broker: topics, users, rights, quotas.

Who may do what (everything else is refused):

| principal | user | allowed |
| --- | --- | --- |
| member | its org id | WRITE, READ, DESCRIBE `hub.events.<org>`; READ, DESCRIBE `hub.governance`, `hub.checkpoints`, |
|        |            | `hub.to.<org>`; groups `m.<org>.*` |
| hub consumers | `sys-hub` | READ, DESCRIBE `hub.*`; groups `sys.hub.*` |
| hub itself | `hub` | as hub consumers, and WRITE what the hub owns and `hub.events.hub` |
| admin | `admin` | everything (super user) |

Grant first, then let the member start: a producer that starts before its first WRITE right stays dead after it.
"""

import uuid
from collections.abc import Iterable
from types import TracebackType
from typing import Any, NamedTuple, Self

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from kafka.errors import NoError, TopicAlreadyExistsError, for_code
from kafka.protocol.admin.client_quotas import AlterClientQuotasRequest, DescribeClientQuotasRequest

from wire import names
from wire.access import Access
from wire.clients import connect
from wire.errors import WireError, explained

PARTITIONS = 4  # of a member's topic, fixed at creation: a key's partition must never change
HUB_PARTITIONS = 1  # of a topic that the hub alone writes
MAX_MESSAGE_BYTES = 4 * 1024 * 1024
_CONFIG = {
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "cleanup.policy": "delete",
    "message.timestamp.type": "LogAppendTime",  # publishers do not choose timestamps
    # Stored plain, whatever the publisher sends: the broker then measures a batch again after unpacking it, so that
    # nothing in the log unpacks to more than the limit.
    "compression.type": "uncompressed",
    "max.message.bytes": str(MAX_MESSAGE_BYTES),
}
_HUB_OWNED = (names.GOVERNANCE, names.CHECKPOINTS, names.ACCESS, names.SIGNALS)
_READ = (ACLOperation.READ, ACLOperation.DESCRIBE)
_LITERAL, _PREFIXED = ACLResourcePatternType.LITERAL, ACLResourcePatternType.PREFIXED


class Quota(NamedTuple):
    """Bytes a second that a member may publish and read; None: no bound."""

    publish: int | None = None
    read: int | None = None


_RATES = ("producer_byte_rate", "consumer_byte_rate")  # in the order of Quota


class Admin:
    """A connection as `admin`; every call is idempotent and raises WireError."""

    def __init__(self, access: Access, *, timeout: float = 8) -> None:
        self._access = access
        self._client: Any = connect(KafkaAdminClient, access, timeout, request_timeout_ms=30_000)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def set_up(self, hub_password: str, consumer_password: str, *, replicas: int = 1) -> None:
        """What every hub has: its topics, its two users and their rights; what it owes members of earlier releases."""
        self.create_topics(dict.fromkeys(_HUB_OWNED, HUB_PARTITIONS), replicas)
        self.create_topics({names.events_topic(names.HUB_ORG): PARTITIONS}, replicas)
        self.set_password(names.PUBLISHER_USER, hub_password)
        self.set_password(names.CONSUMER_USER, consumer_password)
        for user in (names.PUBLISHER_USER, names.CONSUMER_USER):
            self._grant(user, ResourceType.TOPIC, "hub.", _READ, _PREFIXED)
            self._grant(user, ResourceType.GROUP, names.HUB_GROUPS, _READ, _PREFIXED)
        for topic in (*_HUB_OWNED, names.events_topic(names.HUB_ORG)):
            self._grant(names.PUBLISHER_USER, ResourceType.TOPIC, topic, (ACLOperation.WRITE,))
        self._grant(names.PUBLISHER_USER, ResourceType.TOPIC, names.TO, (ACLOperation.WRITE,), _PREFIXED)
        self.create_topics({names.conclusions_topic(org): HUB_PARTITIONS for org in self.members()}, replicas)

    def add_member(self, org: str, password: str, *, replicas: int = 1) -> None:
        """Topics, user and rights of a member; also lifts a suspension. Raises ValueError for an invalid org id."""
        names.check_org(org)
        topic, conclusions = names.events_topic(org), names.conclusions_topic(org)
        self.create_topics({topic: PARTITIONS, conclusions: HUB_PARTITIONS}, replicas)
        self._grant(org, ResourceType.TOPIC, topic, (ACLOperation.WRITE, *_READ))
        for shared in (names.GOVERNANCE, names.CHECKPOINTS, conclusions):
            self._grant(org, ResourceType.TOPIC, shared, _READ)
        self._grant(org, ResourceType.GROUP, names.member_groups(org), _READ, _PREFIXED)
        self.set_password(org, password)

    def suspend(self, org: str) -> None:
        """Take a member's right to write, at once and for live connections too (deleting the user would not)."""
        topic = ResourcePatternFilter(ResourceType.TOPIC, names.events_topic(names.check_org(org)), _LITERAL)
        writes = ACLFilter(f"User:{org}", "*", ACLOperation.WRITE, ACLPermissionType.ALLOW, topic)
        with explained(self._access, f"suspend {org}"):
            for _, _, error in self._client.delete_acls([writes]):
                if error is not NoError:
                    raise error

    def set_password(self, user: str, password: str) -> None:
        """Create a SCRAM user, or change its password."""
        credential = UserScramCredentialUpsertion(user, ScramMechanism.SCRAM_SHA_512, password)
        with explained(self._access, f"set the password of {user}"):
            problem = self._client.alter_user_scram_credentials([credential])[user]
        if problem is not None:
            raise WireError(f"Could not set the password of {user}: {problem}")

    def set_quota(self, org: str, publish: int | None, read: int | None = None) -> None:
        """Bound the bytes a second that a member publishes and reads; None lifts a bound. A burst of some seconds'
        worth passes first."""
        entry = AlterClientQuotasRequest.EntryData
        request = AlterClientQuotasRequest(
            entries=[
                entry(
                    entity=[entry.EntityData(entity_type="user", entity_name=names.check_org(org))],
                    ops=[
                        entry.OpData(key=key, value=float(rate or 0), remove=rate is None)
                        for key, rate in zip(_RATES, (publish, read), strict=True)
                    ],
                )
            ],
            validate_only=False,
        )
        with explained(self._access, f"set the quota of {org}"):
            for result in self._send(request).entries:
                _check(result.error_code, result.error_message)

    def quotas(self) -> dict[str, Quota]:
        """The bounds of every member that has one."""
        any_user = DescribeClientQuotasRequest.ComponentData(entity_type="user", match_type=2, match=None)
        with explained(self._access, "read quotas"):
            response = self._send(DescribeClientQuotasRequest(components=[any_user], strict=True))
            _check(response.error_code, response.error_message)
        found = {}
        for entry in response.entries or ():
            told = {value.key: int(value.value) for value in entry.values}
            found[entry.entity[0].entity_name] = Quota(*(told.get(key) for key in _RATES))
        return found

    def _send(self, request: Any) -> Any:
        return self._client._manager.run(self._client._manager.send, request)  # noqa: SLF001 - quotas have no public call

    def topics(self) -> dict[str, bytes]:
        """The hub's topics with their ids (16 bytes): a topic that was deleted and made again has another id."""
        with explained(self._access, "list topics"):
            found = self._client.describe_topics()
        return {t["name"]: uuid.UUID(str(t["topic_id"])).bytes for t in found if t["name"].startswith("hub.")}

    def members(self) -> list[str]:
        """The orgs that have a topic, the hub's own left out."""
        orgs = {topic.removeprefix(names.EVENTS) for topic in self.topics() if topic.startswith(names.EVENTS)}
        return sorted(orgs - {names.HUB_ORG})

    def may_write(self) -> set[str]:
        """The members that are not suspended."""
        anything = ResourcePatternFilter(ResourceType.TOPIC, None, ACLResourcePatternType.ANY)
        writes = ACLFilter(None, None, ACLOperation.WRITE, ACLPermissionType.ALLOW, anything)
        with explained(self._access, "read rights"):
            acls, _ = self._client.describe_acls(writes)
        users = {acl.principal.removeprefix("User:"): acl.resource_pattern.resource_name for acl in acls}
        return {user for user, topic in users.items() if topic == names.events_topic(user)}

    def create_topics(self, partitions: dict[str, int], replicas: int = 1) -> None:
        """Create the topics that are not there, `{name: number of partitions}`, and wait until they can be used."""
        known = self.topics()
        config = {**_CONFIG, "min.insync.replicas": "2" if replicas > 2 else "1"}
        wanted = {
            name: {"num_partitions": count, "replication_factor": replicas, "configs": config}
            for name, count in partitions.items()
            if name not in known
        }
        if not wanted:
            return
        with explained(self._access, f"create {', '.join(wanted)}"):
            try:
                self._client.create_topics(wanted, wait_for_metadata=True)
            except TopicAlreadyExistsError:  # another admin was faster
                self._client.wait_for_topics(list(wanted))

    def _grant(
        self,
        user: str,
        kind: ResourceType,
        name: str,
        operations: Iterable[ACLOperation],
        pattern: ACLResourcePatternType = _LITERAL,
    ) -> None:
        resource = ResourcePattern(kind, name, pattern)
        acls = [ACL(f"User:{user}", "*", operation, ACLPermissionType.ALLOW, resource) for operation in operations]
        with explained(self._access, f"grant {user} rights on {name}"):
            for error in self._client.create_acls(acls)["failed"]:
                raise error


def _check(code: int, message: str | None) -> None:
    error = for_code(code)
    if error is not NoError:
        raise error(message)
