"""One Kafka broker on this machine, from Maven Central, without containers."""

from hub.broker.broker import LOCALE, Broker
from hub.broker.tools import BrokerError, missing_tools

__all__ = ["LOCALE", "Broker", "BrokerError", "missing_tools"]
