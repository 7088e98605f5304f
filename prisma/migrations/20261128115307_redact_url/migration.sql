-- Removes the values of a URL's query. Copies of the URL are read with other permissions than the endpoint, and the values are often
-- credentials. The same as redactUrl of src/lib/redact-url.ts, for statements that copy the URL of an endpoint.
--
-- Reads, writes and locks nothing.

CREATE FUNCTION redact_url_v1(url text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $function$
  SELECT CASE strpos(url, '?') WHEN 0 THEN url ELSE left(url, strpos(url, '?')) || coalesce((
    SELECT string_agg(left(part, strpos(part, '=')) || '…', '&' ORDER BY number)
    FROM string_to_table(split_part(substr(url, strpos(url, '?') + 1), '#', 1), '&') WITH ORDINALITY AS p(part, number)
  ), '…') END
$function$;
