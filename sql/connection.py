"""The type of a database connection whose rows are plain tuples."""

from typing import Any

import psycopg

Connection = psycopg.Connection[Any]
