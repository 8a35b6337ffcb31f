"""Which release this is."""


def release() -> str:
    """The version of this software, noted with every generation that it builds."""
    from importlib.metadata import version

    return version("incident-hub")
