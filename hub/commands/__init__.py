"""The sub-commands, one module for each group. Each imports the rooms it needs when it runs."""
