"""The projections again, from the log: a new generation beside the old one, then one inserted row switches readers."""

from commons import generation as generations
from commons.client import Client
from consumers.projection import Projection


def first(client: Client, release: str) -> int:
    """The current generation, built if there is none yet or if it lacks what this release projects into."""
    number = generations.current(client)
    return number if number and generations.complete(client, number) else rebuild(client, release)


def rebuild(client: Client, release: str) -> int:
    """Build the next generation from the log, as far as the current one has come, and switch to it.

    What lies beyond was appended but not judged: its governance may not have been read, so it is left to the consumer.
    Readers stay on the old one until the switch; a running consumer goes on in the old one and notices. Generations
    before the one that was current are dropped: nobody reads them any more.
    """
    before = generations.current(client)
    number = generations.newest(client) + 1
    generations.note(client, number, "building", release)
    generations.create(client, number)
    reached = {place: p.offset for place, p in generations.positions(client, before, "link").items()}
    Projection(client, number).catch_up(reached)
    generations.note(client, number, "current", release)
    for old in range(1, before):
        generations.drop(client, old)
    return number
