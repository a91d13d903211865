"""The command line, `gis`: one verb each; each verb calls one function of another room."""
