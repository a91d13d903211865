-- What became dirty after a version: layer, tile (0 is the whole layer), version.
SELECT layer, cell, version FROM ops.dirty WHERE version > %(seen)s ORDER BY version
