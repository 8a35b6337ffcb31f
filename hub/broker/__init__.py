"""One Kafka broker on this machine, from Maven Central, without containers."""

from hub.broker.broker import Broker
from hub.broker.tools import BrokerError, missing_tools

__all__ = ["Broker", "BrokerError", "missing_tools"]
