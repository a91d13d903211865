-- gis_number(text): a number of a map sheet or parcel as people mean it: "01" equals "1".
CREATE OR REPLACE FUNCTION public.gis_number(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT coalesce(nullif(ltrim(lower(btrim(value)), '0'), ''), '0') $$;
