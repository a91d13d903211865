"""``python -m gis_server``: the command line without the installed script."""

from gis_server.commands.main import main

if __name__ == "__main__":
    main()
