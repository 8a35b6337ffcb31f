"""The front door: the command, the settings and the one-machine stack."""
