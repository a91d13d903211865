-- The version in which all of a layer may have changed last, by layer.
SELECT layer, version FROM ops.dirty WHERE cell = 0
