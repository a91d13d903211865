-- gis_fold(text): small letters and digits without accents, one blank between words, for search
-- ("Thai Nguyen" equals "Thái Nguyên"). unaccent() itself is STABLE; with the dictionary named
-- the result depends on nothing else, so an index may use it.
CREATE OR REPLACE FUNCTION public.gis_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT btrim(regexp_replace(
        lower(public.unaccent('public.unaccent'::regdictionary, normalize(value, NFC))),
        '[^[:alnum:]]+', ' ', 'g'
    ))
$$;
