-- Outpatients: registration, diagnoses, prescriptions, charges, bills.
CREATE TABLE made.visit AS
WITH drawn AS (
  SELECT
    v, CAST(TIMESTAMP '$cutover' AS DATE) - $days + CAST((v - 1) * $days // $visits AS INTEGER) AS day,
    to_minutes(CAST(IF(draw('visit.night', v) % 100 < 6, draw('visit.minute', v) % 1439, 470 + draw('visit.minute', v) % 530) AS BIGINT)) AS minute,
    -- Three in ten visits are by the tenth of patients who come all the time.
    IF(draw('visit.regular', v) % 10 < 3, 1 + 10 * (draw('visit.who', v) % greatest(1, $patients // 10)), 1 + draw('visit.who', v) % $patients) AS who
  FROM range(1, $visits + 1) AS t(v)
)
SELECT
  d.v, CAST(d.day AS TIMESTAMP) + d.minute AS moment,
  IF(k.registered <= CAST(d.day AS TIMESTAMP) + d.minute AND k.n IS NOT NULL, k.n, a.n) AS n,
  c.code AS department, 'D' || c.code || (1 + draw('visit.doctor', v) % 6) AS doctor,
  CASE WHEN c.code = '6003' THEN '3' WHEN draw('visit.doctor', v) % 6 < 2 THEN '2' ELSE '1' END AS sort,
  draw('visit.cancelled', v) % 100 < 2 AS cancelled
FROM drawn AS d
LEFT JOIN made.known AS k ON k.n = d.who
JOIN made.adult AS a ON a.slot = draw('visit.adult', v) % getvariable('count_adult')
JOIN made.clinic AS c ON c.slot = draw('visit.department', v) % getvariable('count_clinic');

CREATE TABLE made.GHXX AS
SELECT v AS _row, v AS GHXH, n AS BRID, department AS KSDM, doctor AS YSDM, sort AS GHLB,
  CAST(CASE sort WHEN '1' THEN 20 WHEN '2' THEN 40 ELSE 25 END AS DECIMAL(10,2)) AS GHF, moment AS GHRQ, IF(cancelled, '0', '1') AS ZT
FROM made.visit ORDER BY v;

CREATE TABLE made.MZZD AS
SELECT row_number() OVER (ORDER BY v) AS _row, row_number() OVER (ORDER BY v) AS ZDXH, v AS GHXH, i.ICD AS ICD, i.ZDMC AS ZDMC
FROM made.visit JOIN made.ICDDM AS i ON i._row = 1 + draw('diagnosis', v) % getvariable('count_ICDDM')
WHERE NOT cancelled AND draw('diagnosis.has', v) % 100 < 88;

CREATE TABLE made.rx AS
SELECT row_number() OVER (ORDER BY v) AS rx, v, n, department, doctor, moment + INTERVAL 15 MINUTE AS moment,
  -- Unpaid: a few of all times and a third of the last evening; undispensed likewise.
  draw('rx.unpaid', v) % 10000 < IF(moment > TIMESTAMP '$cutover' - INTERVAL 1 DAY, 3300, 8) AS unpaid,
  draw('rx.undispensed', v) % 10000 < IF(moment > TIMESTAMP '$cutover' - INTERVAL 1 DAY, 3300, 12) AS undispensed,
  draw('rx.refunded', v) % 1000 < 6 AS refunded
FROM made.visit WHERE NOT cancelled AND draw('rx.has', v) % 1000 < 816;

CREATE TABLE made.CFMX AS
WITH lines AS (SELECT rx, unnest(range(1, CAST(2 + draw('rx.lines', rx) % 4 AS BIGINT))) AS line FROM made.rx),
numbered AS (SELECT row_number() OVER (ORDER BY rx, line) AS _row, rx FROM lines),
drawn AS (
  SELECT l._row, rx, d.*, CAST(1 + draw('line.quantity', l._row) % 3 AS DECIMAL(10,2)) AS SL
  FROM numbered AS l JOIN made.drug AS d ON d.slot = draw('line.drug', l._row) % getvariable('count_drug')
)
SELECT _row, _row AS MXXH, rx AS CFH, YPID, YPMC, GG, SL, DW, LSJ AS DJ, CAST(LSJ * SL AS DECIMAL(12,2)) AS JE,
  ['口服', '口服', '口服', '静脉滴注', '肌内注射', '外用'][1 + draw('line.route', _row) % 6] AS YF,
  ['qd', 'bid', 'tid', 'qid', 'qn', 'prn'][1 + draw('line.frequency', _row) % 6] AS PC
FROM drawn ORDER BY _row;

CREATE TABLE made.MZFY AS
WITH drawn AS (
  SELECT row_number() OVER (ORDER BY v) AS _row, v, n, moment, s.XMDM, s.DJ, CAST(1 AS DECIMAL(10,2)) AS SL,
    draw('rx.unpaid', v) % 10000 < IF(moment > TIMESTAMP '$cutover' - INTERVAL 1 DAY, 3300, 8) AS unpaid
  FROM made.visit JOIN made.SFXM AS s ON s._row = 4 + draw('fee', v) % 16
  WHERE NOT cancelled AND draw('fee.has', v) % 100 < 48
)
SELECT _row, _row AS FYXH, v AS GHXH, n AS BRID, XMDM, SL, DJ, CAST(SL * DJ AS DECIMAL(12,2)) AS JE, moment + INTERVAL 20 MINUTE AS FYRQ,
  IF(unpaid, '0', '1') AS SFZT, IF(unpaid, NULL, 'A' || lpad(CAST(v AS VARCHAR), 9, '0')) AS FPH
FROM drawn;

CREATE TABLE made.CFXX AS
WITH sums AS (SELECT CFH, sum(JE) AS total FROM made.CFMX GROUP BY CFH)
SELECT rx AS _row, rx AS CFH, v AS GHXH, n AS BRID, department AS KSDM, doctor AS YSDM, CAST(total AS DECIMAL(12,2)) AS JE, moment AS KFRQ,
  CASE WHEN unpaid THEN '0' WHEN refunded THEN '2' ELSE '1' END AS SFZT,
  IF(unpaid OR undispensed OR refunded, '0', '1') AS FYZT,
  IF(unpaid, NULL, 'A' || lpad(CAST(v AS VARCHAR), 9, '0')) AS FPH
FROM made.rx JOIN sums ON CFH = rx ORDER BY rx;

-- One bill for a visit: registration, drugs, services; two thirds are paid by insurance.
CREATE TABLE made.MZFP AS
WITH parts AS (
  SELECT GHXH AS v, GHF AS amount FROM made.GHXX
  UNION ALL SELECT GHXH, JE FROM made.CFXX WHERE FPH IS NOT NULL
  UNION ALL SELECT GHXH, JE FROM made.MZFY WHERE FPH IS NOT NULL
),
sums AS (SELECT v, CAST(sum(amount) AS DECIMAL(12,2)) AS total FROM parts GROUP BY v)
SELECT v AS _row, 'A' || lpad(CAST(v AS VARCHAR), 9, '0') AS FPH, v AS GHXH, n AS BRID, total AS ZJE,
  CAST(IF(draw('bill.insured', v) % 3 = 0, 0, round(total * 0.65, 2)) AS DECIMAL(12,2)) AS YBZF, CAST(ZJE - YBZF AS DECIMAL(12,2)) AS ZFJE,
  moment + INTERVAL 25 MINUTE AS SFRQ, 'S' || (900 + (v // 1000) % 6) AS CZY, IF(cancelled, '0', '1') AS ZT
FROM sums JOIN made.visit USING (v) ORDER BY v;

CREATE TABLE made.FPLY AS
WITH books AS (SELECT unnest(range(0, CAST($visits // 1000 + 1 AS BIGINT))) AS k),
outpatient AS (
  SELECT '1' AS kind, k, 'S' || (900 + k % 6) AS who, greatest(1, k * 1000) AS low, k * 1000 + 999 AS high, least(k * 1000 + 999, $visits) AS used,
    'A' AS letter, CAST(TIMESTAMP '$cutover' AS DATE) - $days + CAST(k * 1000 * $days // $visits AS INTEGER) AS day FROM books
)
SELECT row_number() OVER (ORDER BY kind, k) AS _row, CAST(row_number() OVER (ORDER BY kind, k) AS INTEGER) AS LYXH, kind AS PJLX, who AS LYR,
  letter || lpad(CAST(low AS VARCHAR), 9, '0') AS QSH, letter || lpad(CAST(high AS VARCHAR), 9, '0') AS ZZH,
  letter || lpad(CAST(used AS VARCHAR), 9, '0') AS DQH, CAST(day AS TIMESTAMP) + INTERVAL 8 HOUR AS LYRQ, IF(used < high, '1', '2') AS ZT
FROM outpatient;

-- Sources of the coming fortnight, and what is booked.
CREATE TABLE made.slot AS
SELECT row_number() OVER (ORDER BY day, code, doctor, half) AS h, * FROM (
  SELECT CAST(TIMESTAMP '$cutover' AS DATE) + CAST(day AS INTEGER) AS day, code, 'D' || code || doctor AS doctor, CAST(half AS VARCHAR) AS half
  FROM made.clinic, range(1, 15) AS a(day), range(1, 3) AS b(half), range(1, 4) AS c(doctor)
);
CREATE TABLE made.YYXX AS
WITH booked AS (
  SELECT h, day, unnest(range(1, CAST(1 + draw('slot.booked', h) % 12 AS BIGINT))) AS place FROM made.slot
)
SELECT row_number() OVER (ORDER BY h, place) AS _row, _row AS YYXH, h AS HYXH, a.n AS BRID, CAST(place AS INTEGER) AS HX,
  TIMESTAMP '$cutover' - to_minutes(CAST(draw('booked.when', h * 16 + place) % 10000 AS BIGINT)) AS YYRQ, IF(draw('booked.cancelled', h * 16 + place) % 100 < 5, '0', '1') AS ZT
FROM booked JOIN made.adult AS a ON a.slot = draw('booked.who', h * 16 + place) % getvariable('count_adult')
ORDER BY h, place;
CREATE TABLE made.YYHY AS
SELECT h AS _row, h AS HYXH, code AS KSDM, doctor AS YSDM, CAST(day AS TIMESTAMP) AS CZRQ, half AS SBBZ, 20 AS ZHS,
  CAST((SELECT count(*) FROM made.YYXX AS y WHERE y.HYXH = h AND y.ZT = '1') AS INTEGER) AS YYS
FROM made.slot ORDER BY h;
