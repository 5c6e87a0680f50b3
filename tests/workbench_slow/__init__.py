"""An app with a verb that takes its time, for tests with real processes."""
