"""Notifications: what a person should hear of, in the page and, where that is set up, by e-mail.

Read in this order: ``models`` (a notice), ``services`` (notify, mark read), ``channels`` (the ways
out of the page), ``deliver`` (the worker's round), ``views``.

A notice holds a code of the catalogue and parameters, never a sentence and never patient data, and
reaches only those who may see what it is about.
"""
