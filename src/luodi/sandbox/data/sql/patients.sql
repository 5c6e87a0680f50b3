-- Identity cards: one number for one person, by area, day of birth and sex (GB 11643-1999).
CREATE TABLE made.identity AS
WITH counted AS (
  SELECT
    n, area, birth,
    (2 * ((row_number() OVER (PARTITION BY area, birth, sex ORDER BY n) - 1) + draw('id.offset', CAST(area AS BIGINT)) % 40) + IF(sex = '1', 1, 0)) % 1000 AS sequence
  FROM made.patient WHERE person = n AND sort IN ('resident', 'baby')
),
numbered AS (
  SELECT n, area || strftime(birth, '%Y%m%d') || lpad(CAST(sequence AS VARCHAR), 3, '0') AS body FROM counted
)
SELECT n, body || check_digit(body) AS number FROM numbered;

CREATE TABLE made.BRXX AS
SELECT
  p.n AS _row, p.n AS BRID, p.name AS BRXM, p.sex AS XB,
  IF(p.sort = 'nobody', NULL, strftime(p.birth, '%Y-%m-%d')) AS CSRQ,
  CASE p.sort WHEN 'foreign' THEN '02' WHEN 'permit' THEN '03' WHEN 'nobody' THEN NULL ELSE '01' END AS ZJLX,
  CASE
    WHEN p.document IS NOT NULL THEN p.document
    WHEN p.id_form = 'none' OR p.also = 'no_id' THEN NULL
    WHEN p.id_form = 'borrowed' THEN d.number
    WHEN NOT p.has_id AND p.kind <> 'newborn_named' THEN NULL
    WHEN p.id_form = 'old' THEN left(o.number, 6) || substr(o.number, 9, 9)
    WHEN p.id_form = 'swapped' THEN swapped(o.number, 7, 17, draw('id.swap', p.n))
    ELSE o.number
  END AS SFZH,
  p.phone AS LXDH, IF(p.address IS NULL, NULL, p.home) AS DQDM, p.address AS JTDZ,
  IF(p.sort = 'foreign', NULL, IF(draw('nation', p.n) % 100 < 96, '汉族', ['回族', '满族', '苗族', '畲族', '壮族'][1 + draw('minority', p.n) % 5])) AS MZ,
  CASE WHEN p.sort = 'nobody' THEN NULL WHEN p.birth > DATE '2002-01-01' THEN '1' ELSE ['1', '2', '2', '2', '3', '4'][1 + draw('married', p.n) % 6] END AS HYZK,
  ['1', '2', '2', '3', '3', '3'][1 + draw('payer', p.n) % 6] AS FFFS,
  IF(p.sort = 'baby', p.mother, IF(draw('contact.has', p.n) % 10 < 6, k.name, NULL)) AS LXR,
  IF(p.sort = 'baby', '母亲', IF(LXR IS NULL, NULL, ['配偶', '子女', '父母', '其他'][1 + draw('contact', p.n) % 4])) AS LXRGX,
  p.registered AS JDRQ, IF(draw('void', p.n) % 1000 < 3, '1', '0') AS ZFBZ
FROM made.patient AS p
LEFT JOIN made.identity AS o ON o.n = p.person
LEFT JOIN made.identity AS d ON d.n = p.made_from
LEFT JOIN made.fresh AS k ON k.n = 1 + draw('contact.who', p.n) % $patients AND k.sort = 'resident'
ORDER BY p.n;

CREATE TABLE made.BRXX_BAK AS
SELECT BRID AS _row, BRID, BRXM, XB, CSRQ, SFZH, LXDH FROM made.BRXX WHERE draw('backup', BRID) % 100 < 5 ORDER BY BRID;

-- What the others draw patients from.
CREATE TABLE made.known AS
SELECT n, name, birth, registered, sex FROM made.patient ORDER BY n;
CREATE TABLE made.adult AS
SELECT n, row_number() OVER (ORDER BY n) - 1 AS slot FROM made.patient
WHERE registered < TIMESTAMP '$cutover' - INTERVAL $days DAY AND birth < DATE '2005-01-01';
SET VARIABLE count_adult = (SELECT count(*) FROM made.adult);

CREATE TABLE made.JZKXX AS
SELECT
  n AS _row, 'K' || lpad(CAST(n AS VARCHAR), 9, '0') AS KH, n AS BRID,
  IF(draw('card.balance', n) % 100 < 22, CAST(draw('card.money', n) % 80000 AS DECIMAL(12,2)) / 100, 0)::DECIMAL(12,2) AS KYE,
  registered + INTERVAL 5 MINUTE AS FKRQ,
  CASE WHEN draw('card.state', n) % 1000 < 6 THEN '2' WHEN draw('card.state', n) % 1000 < 10 THEN '3' ELSE '1' END AS ZT
FROM made.patient WHERE draw('card.has', n) % 100 < 90 ORDER BY n;
UPDATE made.JZKXX SET KYE = 0 WHERE ZT = '3';

-- Top-ups less what was spent are the balance.
CREATE TABLE made.KZMX AS
WITH moves AS (
  SELECT _row, KH, FKRQ, '1' AS kind, KYE + CAST(1000 + draw('card.spent', _row) % 60000 AS DECIMAL(12,2)) / 100 AS amount FROM made.JZKXX WHERE KYE > 0
  UNION ALL
  SELECT _row, KH, FKRQ + INTERVAL 2 HOUR, '2', CAST(1000 + draw('card.spent', _row) % 60000 AS DECIMAL(12,2)) / 100 FROM made.JZKXX WHERE KYE > 0
)
SELECT
  row_number() OVER (ORDER BY _row, kind) AS _row, _row AS LSH, KH, kind AS CZLX, amount::DECIMAL(12,2) AS JE, FKRQ AS CZRQ,
  'S' || (900 + draw('cashier', moves._row) % 8) AS CZY
FROM moves;
UPDATE made.KZMX SET LSH = _row;

CREATE TABLE truth.person AS
SELECT n AS BRID, person, kind, made_from, also FROM made.patient ORDER BY n;
