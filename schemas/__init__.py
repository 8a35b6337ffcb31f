"""What an event is: schemas, ids, codec, keys, signatures. Pure."""
