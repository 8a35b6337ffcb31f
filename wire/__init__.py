"""The Kafka edge: producer, consumer, admin. The only importer of the Kafka client."""
