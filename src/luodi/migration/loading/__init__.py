"""The parts of a load, in the order in which they act.

``plan`` (which feed after which), ``obstacles`` (what stands in the way of the whole load),
``scope`` (rows kept out beforehand), ``stage`` (rows as the target wants them, to a fixed point of
rejections) with ``candidates``, ``lookups``, ``keys``, ``merge``, ``links`` (rows of one person
that stay apart), ``constraints`` (rows the target would refuse) and ``delta``; ``fates`` (what
became of every source row), ``parts``, ``write`` (into the target, part by part or in one swap).
"""
