"""What tests share. A package with a name of its own: pygeoapi installs a top-level ``tests``."""
