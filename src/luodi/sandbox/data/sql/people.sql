-- Who the patients are.  Words with a dollar are filled in by `generate`; draw('salt', number) is a number of
-- 32 bits that depends on seed, salt and number alone.

-- Every row of the patient table gets a person drawn afresh; rows that copy another use part of it.
CREATE TABLE made.fresh AS
WITH drawn AS (
  SELECT
    n,
    draw('sort', n) % 10000 AS moment,
    CASE $sorts ELSE 'resident' END AS sort,
    IF(draw('sex', n) % 1000 < 520, '2', '1') AS sex,
    draw('age', n) % 1000 AS age_at,
    draw('day', n) AS age_day,
    CASE
      WHEN sort = 'baby' THEN age_day % 700
      WHEN age_at < 110 THEN age_day % 5475
      WHEN age_at < 330 THEN 5475 + age_day % 7300
      WHEN age_at < 640 THEN 12775 + age_day % 9125
      WHEN age_at < 930 THEN 21900 + age_day % 7300
      ELSE 29200 + age_day % 4745
    END AS age,
    CAST(DATE '$cutover' - CAST(age AS INTEGER) AS DATE) AS birth,
    IF(sort = 'baby', 'mid', CASE WHEN birth < DATE '1970-01-01' THEN 'old' WHEN birth < DATE '1995-01-01' THEN 'mid' ELSE 'new' END) AS era
  FROM range(1, $patients + 1) AS rows(n)
),
named AS (
  SELECT
    d.*, s.surname AS s, m.surname AS mother_s,
    g1.character AS g1,
    IF(draw('given.length', n) % 100 < 22, '', g2.character) AS g2,
    mg.character AS mother_g
  FROM drawn AS d
  JOIN made.surname AS s ON s.slot = draw('surname', n) % $surnames
  JOIN made.surname AS m ON m.slot = draw('mother.surname', n) % $surnames
  JOIN made.given AS g1 ON g1.era = IF(d.sort = 'baby', 'new', d.era) AND g1.sex = d.sex AND g1.slot = draw('given.first', n) % 1000
  JOIN made.given AS g2 ON g2.era = IF(d.sort = 'baby', 'new', d.era) AND g2.sex = d.sex AND g2.slot = draw('given.second', n) % 1000
  JOIN made.given AS mg ON mg.era = d.era AND mg.sex = '2' AND mg.slot = draw('mother.given', n) % 1000
)
SELECT
  n, sort, sex, birth, s, g1 || g2 AS given,
  IF(sort = 'baby', mother_s || mother_g, NULL) AS mother,
  s || IF(g2 = '', '', g1) AS front,
  IF(g2 = '', g1, g2) AS last,
  CASE sort
    WHEN 'baby' THEN mother || IF(sex = '1', '之子', '之女')
    WHEN 'nobody' THEN ['无名氏', '无名氏', '无名', IF(sex = '1', '无名男', '无名女')][1 + draw('nobody', n) % 4]
    WHEN 'foreign' THEN f.name
    ELSE s || given
  END AS name,
  c.homophones, c.look_alike,
  a.code AS area, h.code AS home,
  CASE
    WHEN sort <> 'resident' THEN false
    WHEN birth > DATE '$cutover' - 2190 THEN draw('id.has', n) % 100 < 45
    ELSE draw('id.has', n) % 100 < 94
  END AS has_id,
  CASE sort
    WHEN 'foreign' THEN chr(CAST(65 + draw('passport', n) % 26 AS INTEGER)) || lpad(CAST(draw('passport.number', n) % 100000000 AS VARCHAR), 8, '0')
    WHEN 'permit' THEN 'H' || lpad(CAST(draw('permit', n) % 100000000 AS VARCHAR), 8, '0') || '00'
  END AS document,
  IF(sort = 'nobody' OR draw('phone.has', n) % 1000 < 45, NULL,
    ['130', '131', '132', '135', '136', '137', '138', '139', '150', '151', '152', '153', '155', '156', '157', '158', '159', '177', '180', '181', '182', '183', '186', '187', '188', '189'][1 + draw('phone.prefix', n) % 26]
    || lpad(CAST(draw('phone', n) % 100000000 AS VARCHAR), 8, '0')) AS phone,
  IF(sort = 'nobody' OR draw('address.has', n) % 1000 < 30, NULL,
    h.name || st.street || (1 + draw('house', n) % 480) || '号' || (1 + draw('block', n) % 28) || '幢' || (1 + draw('floor', n) % 18) || '0' || (1 + draw('flat', n) % 4) || '室') AS address,
  CAST(IF(birth >= DATE '$cutover' - $days - 30, birth + CAST(draw('registered.baby', n) % 3 AS INTEGER), DATE '$cutover' - $days - 30 - CAST(draw('registered', n) % 1500 AS INTEGER)) AS TIMESTAMP)
    + to_minutes(CAST(450 + draw('registered.minute', n) % 600 AS BIGINT)) AS registered
FROM named
JOIN made.character AS c ON c.character = IF(g2 = '', g1, g2)
JOIN made.area AS a ON a.slot = draw('area', n) % $areas
JOIN made.area AS h ON h.slot = draw('home', n) % $areas
JOIN made.street AS st ON st.slot = draw('street', n) % $streets
JOIN made.foreigner AS f ON f.slot = draw('foreigner', n) % $foreigners;

-- A row that was registered before it was born would be a fault nobody published.
UPDATE made.fresh SET registered = CAST(birth AS TIMESTAMP) + INTERVAL 9 HOUR WHERE registered < CAST(birth AS TIMESTAMP);

CREATE TABLE made.role AS
SELECT n, draw('kind', n) % 10000 AS moment, CASE $kinds ELSE 'first' END AS kind
FROM range(1, $patients + 1) AS rows(n);

CREATE TABLE made.first AS
SELECT f.* FROM made.fresh AS f JOIN made.role AS r USING (n) WHERE r.kind = 'first';
