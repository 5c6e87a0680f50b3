"""The tables of core, in one line of changes."""
