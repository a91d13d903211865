-- Tell the triggers that the rows of this transaction are moved or written anew, and are no news.
SELECT set_config('gis.is_upkeep', 'on', true)
