"""Kafka to ClickHouse: append, judge, project, link."""
