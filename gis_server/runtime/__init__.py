"""Processes: the installation, its database cluster, the web server, background work."""
