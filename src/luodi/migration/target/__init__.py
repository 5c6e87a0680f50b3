"""Where rows go: databases, files, interface tables (中间表) and stored procedures of a new system.

Read ``model`` first (what a target's table demands; a part of a batch), then ``protocol`` (what
every target can do), then one file per product.  A part is written in one transaction together
with its mark in the control table ``luodi_batch``, so that after any crash the target itself says
what of a batch it holds.
"""
