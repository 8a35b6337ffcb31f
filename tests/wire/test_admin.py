"""Topics, users and quotas, made twice without harm."""

from collections.abc import Callable

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from tests.broker_fixture import RunningBroker
from tests.path.stack import until
from wire import names
from wire.access import Access
from wire.admin import PARTITIONS, Admin, Quota
from wire.producer import Producer

pytestmark = [pytest.mark.kafka, pytest.mark.net]


def test_setting_up_again_changes_nothing(broker: RunningBroker) -> None:
    with Admin(broker.access_admin) as admin:
        admin.set_up(broker.hub_password, broker.consumer_password)  # what members of earlier tests lack is made now
        before = admin.topics()
        admin.set_up(broker.hub_password, broker.consumer_password)
        assert admin.topics() == before
        assert names.HUB_ORG not in admin.members()
    with Producer(broker.access_hub) as producer:
        assert producer.partitions(names.GOVERNANCE) == 1
        assert producer.partitions(names.events_topic(names.HUB_ORG)) == PARTITIONS


def test_adding_a_member_again_keeps_its_topic(broker: RunningBroker, member: Callable[[], Access]) -> None:
    own = member()
    with Admin(broker.access_admin) as admin:
        before = admin.topics()[names.events_topic(own.user)]
        admin.add_member(own.user, own.password)
        assert admin.topics()[names.events_topic(own.user)] == before
        assert len(before) == 16
        assert own.user in admin.members()


def test_a_member_cannot_be_called_like_the_hub(broker: RunningBroker) -> None:
    with Admin(broker.access_admin) as admin:
        for org in ("hub", "sys-hub", "Acme", "a,b"):
            with pytest.raises(ValueError, match="org id"):
                admin.add_member(org, "password")


def test_a_topic_is_kept_for_ever_and_timed_by_the_broker(broker: RunningBroker, member: Callable[[], Access]) -> None:
    topic = names.events_topic(member().user)
    client = KafkaAdminClient(**broker.access_admin.options())
    try:
        found = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    finally:
        client.close()
    config = {name: value["value"] for name, value in found["topic"][topic].items()}
    assert config["retention.ms"] == "-1"
    assert config["message.timestamp.type"] == "LogAppendTime"
    assert config["compression.type"] == "uncompressed"
    assert config["max.message.bytes"] == str(4 * 1024 * 1024)


def test_a_quota_is_set_and_lifted(broker: RunningBroker, member: Callable[[], Access]) -> None:
    own = member()
    with Admin(broker.access_admin) as admin:
        admin.set_quota(own.user, 1_000_000)
        admin.set_quota(own.user, 2_000_000, 3_000_000)
        until(lambda: admin.quotas().get(own.user) == Quota(2_000_000, 3_000_000))
        admin.set_quota(own.user, None, 3_000_000)
        until(lambda: admin.quotas().get(own.user) == Quota(None, 3_000_000))
        admin.set_quota(own.user, None)
        until(lambda: own.user not in admin.quotas())


def test_access_does_not_show_its_password() -> None:
    assert "secret" not in repr(Access("127.0.0.1:9092", "acme", "secret"))


def test_access_takes_no_unprotected_connection() -> None:
    with pytest.raises(ValueError, match="SASL_SSL"):
        Access("127.0.0.1:9092", "acme", "secret", security="PLAINTEXT")
