"""The landing room: the project's folder, the installation that works in it, and what they share.

Read in this order: ``settings``, ``home`` and ``keys`` (this installation), ``project`` and
``folder`` (the landing folder), ``format`` and ``canonical`` (how its files are read and
digested), ``new`` (make one), ``site`` (folder and installation together), ``records`` (looking
into its ledger), ``bundle`` (exchanging work), ``vault`` (patient-level data, encrypted, never
bundled), ``doctor`` (is this machine fit for it), ``demo`` (all of it, told as a story).
"""
