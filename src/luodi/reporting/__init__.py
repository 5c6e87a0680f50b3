"""Paper: one document, written as PDF, Word or Excel in one house style.

Read first ``model`` (what a report is made of), then ``style.toml`` (how the house looks), then any
renderer: ``pdf`` (typst, through ``report.typ``), ``word`` and ``excel``.  Every page carries the
hospital, the project, the version, its number, and the digests of the evidence it rests on.
"""
