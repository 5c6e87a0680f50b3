-- Rows of one kind: each picks a row to be made from among those that can give what it needs.
CREATE OR REPLACE TABLE made.fit AS
SELECT b.n AS base, row_number() OVER (ORDER BY b.n) - 1 AS slot
FROM made.first AS b WHERE $fit;
SET VARIABLE count_fit = (SELECT greatest(1, count(*)) FROM made.fit);

INSERT INTO made.patient
WITH picked AS (
  SELECT r.n, fit.base FROM made.role AS r
  LEFT JOIN made.fit AS fit ON fit.slot = draw('pick.$id', r.n) % getvariable('count_fit')
  WHERE r.kind = '$id'
)
SELECT
  p.n,
  IF($same AND $holds, b.n, p.n) AS person,
  IF($holds, '$id', 'first') AS kind,
  IF($holds, b.n, NULL) AS made_from,
  IF($holds, $also, NULL) AS also,
  $columns
FROM picked AS p
LEFT JOIN made.first AS b ON b.n = p.base
JOIN made.fresh AS f ON f.n = p.n;
