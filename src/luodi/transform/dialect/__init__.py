"""One renderer per engine, of operations written in the words that engines have in common."""
