"""python -m benchmarks.tiles: measure, print tables and whether the goals are met."""

import argparse
import os
from pathlib import Path

from benchmarks.tiles import built, cold, data, fresh, report, warm

SECTIONS = ("pyramid", "cold", "warm", "changed", "fresh")


def main() -> None:
    """Run the sections that are asked for, all of them when none is."""
    args = _arguments()
    database = data.ready(args.var, fresh=args.fresh)
    print(
        f"{os.cpu_count()} cores, shared by clients and servers; {data.COUNT:,} parcels;"
        " figures of one run"
    )
    zooms, clients = tuple(args.zooms), tuple(args.clients)
    for name in args.only or SECTIONS:
        match name:
            case "pyramid":
                built.pyramid(database)
            case "cold":
                cold.cold(database, zooms, clients)
            case "warm":
                warm.warm(database, clients)
            case "changed":
                built.changed(database)
            case "fresh":
                fresh.fresh(database, 10 if args.quick else 60)
    missed = report.summary()
    print(f"\n{len(missed)} goals missed" + "".join(f"\n  {line}" for line in missed))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tiles", description=__doc__)
    parser.add_argument("--only", action="append", choices=SECTIONS, help="a section; repeatable")
    parser.add_argument("--zooms", type=int, nargs="+", default=list(cold.ZOOMS))
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument(
        "--var", type=Path, default=Path("var/bench"), help="folder of the database"
    )
    parser.add_argument("--fresh", action="store_true", help="load the parcels again")
    parser.add_argument(
        "--quick", action="store_true", help="shorter where a section takes a minute"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
