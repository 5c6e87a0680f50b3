"""Pages of people, one file a screen."""
