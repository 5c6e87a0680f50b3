"""The mapping as an Excel workbook: a lossless view, out and in.

Read ``layout`` (sheets and their columns) first, then ``cells`` (what Excel would spoil), ``write``
and ``read``.
"""
