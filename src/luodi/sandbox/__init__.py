"""The sandbox hospital: data with known truth, and a system for it to land in.

``data`` makes a legacy hospital of any size, the same bytes for the same seed, with faults at
published rates and the truth about every one of them.  ``his`` is the reference hospital system
that rehearsals and demonstrations land in; ``landing`` holds the mapping from the one to the
other.  Nobody in here ever lived.
"""
