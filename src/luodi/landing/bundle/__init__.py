"""Bundles: how a landing folder is exchanged with a colleague, the hospital or the centre.

Read in this order: ``packed`` (what a bundle is, and reading one that may have been tampered
with), ``export``, ``revision`` (what was shared before), ``difference`` (whose change it is),
``import_``.
"""
