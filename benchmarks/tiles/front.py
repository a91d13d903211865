"""nginx with the configuration that comes with the product, in front of our server."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.tiles.data import LAYER, Database
from benchmarks.tiles.servers import Server, free_port, running

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx.conf"

_MAIN = """daemon off;
user root;
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log error;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def program() -> str | None:
    """Find nginx, which is not on the PATH of an ordinary user."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


@contextmanager
def nginx(database: Database, behind: Server) -> Iterator[Server]:
    """Run nginx with the lines changed that an administrator changes."""
    folder, port = database.var / "nginx", free_port()
    folder.mkdir(exist_ok=True)
    text = CONFIGURATION.read_text()
    for was, becomes in (
        (r"server 127\.0\.0\.1:8080;", f"server 127.0.0.1:{behind.port};"),
        (r"default /srv/gis/var;", f"default {database.var / 'gis'};"),
        (r"proxy_cache_path /var/cache/gis-nginx", f"proxy_cache_path {folder / 'cache'}"),
        (r"listen 80;", f"listen 127.0.0.1:{port};"),
        (r"listen \[::\]:80;", ""),
    ):
        text = re.sub(was, becomes, text)
    (folder / "site.conf").write_text(text)
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder))
    command = [program() or "nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    path = f"/tiles/{LAYER}/{{z}}/{{x}}/{{y}}.mvt"
    with running("nginx", command, dict(os.environ), port, path) as server:
        yield server
