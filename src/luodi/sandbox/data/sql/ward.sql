-- Inpatients: admissions, beds, deposits, charges, settlements, orders; requests and reports; stock.
CREATE TABLE made.stay AS
WITH drawn AS (
  SELECT z, TIMESTAMP '$cutover' - INTERVAL $stay_days DAY + to_minutes(CAST((z - 1) * ($stay_days * 1440) // $stays AS BIGINT)) AS admitted,
    CAST(2 + draw('stay.length', z) % 13 AS INTEGER) AS length
  FROM range(1, $stays + 1) AS t(z)
)
SELECT z, admitted, a.n, i.code AS department, 'W' || i.code AS ward, 'D' || i.code || (1 + draw('stay.doctor', z) % 6) AS doctor,
  IF(admitted + to_days(length) > TIMESTAMP '$cutover', NULL, CAST(CAST(admitted AS DATE) + length AS TIMESTAMP) + INTERVAL 10 HOUR) AS discharged,
  length, IF(discharged IS NULL, '1', IF(draw('stay.unsettled', z) % 100 < 2 OR discharged > TIMESTAMP '$cutover' - INTERVAL 1 DAY, '2', '3')) AS state
FROM drawn
JOIN made.adult AS a ON a.slot = draw('stay.who', z) % getvariable('count_adult')
JOIN made.inpatient AS i ON i.slot = draw('stay.ward', z) % getvariable('count_inpatient');

CREATE TABLE made.place AS
SELECT z, ward, lpad(CAST(row_number() OVER (PARTITION BY ward ORDER BY z) AS VARCHAR), 3, '0') AS bed FROM made.stay WHERE state = '1';

CREATE TABLE made.BQDM AS
SELECT row_number() OVER (ORDER BY code) AS _row, 'W' || code AS BQDM, name || '病区' AS BQMC, code AS KSDM FROM made.inpatient;

CREATE TABLE made.BCXX AS
WITH beds AS (
  SELECT BQDM, unnest(range(1, CAST(greatest(20, (SELECT count(*) FROM made.place AS p WHERE p.ward = BQDM) * 5 // 4) + 1 AS BIGINT))) AS i FROM made.BQDM
)
SELECT row_number() OVER (ORDER BY BQDM, i) AS _row, CAST(row_number() OVER (ORDER BY BQDM, i) AS INTEGER) AS CWID, BQDM, lpad(CAST(i AS VARCHAR), 3, '0') AS CWH,
  CAST(IF(i % 10 = 0, 120, 45) AS DECIMAL(10,2)) AS CWF, p.z AS ZYH, IF(p.z IS NOT NULL, '1', IF(draw('bed.closed', i) % 50 = 0, '2', '0')) AS ZT
FROM beds LEFT JOIN made.place AS p ON p.ward = BQDM AND p.bed = lpad(CAST(i AS VARCHAR), 3, '0');

CREATE TABLE made.ZYXX AS
SELECT z AS _row, z AS ZYH, n AS BRID, department AS KSDM, s.ward AS BQDM, coalesce(p.bed, lpad(CAST(1 + draw('stay.bed', z) % 20 AS VARCHAR), 3, '0')) AS CWH,
  doctor AS ZZYS, i.ICD AS RYZD, admitted AS RYRQ, discharged AS CYRQ, state AS ZT
FROM made.stay AS s LEFT JOIN made.place AS p USING (z)
JOIN made.ICDDM AS i ON i._row = 1 + draw('stay.diagnosis', z) % getvariable('count_ICDDM')
ORDER BY z;

CREATE TABLE made.YJJ AS
WITH paid AS (SELECT z, admitted, state, unnest(range(0, CAST(1 + draw('deposit.times', z) % 3 AS BIGINT))) AS k FROM made.stay)
SELECT row_number() OVER (ORDER BY z, k) AS _row, _row AS YJXH, z AS ZYH, CAST(500 * (1 + draw('deposit', z * 4 + k) % 12) AS DECIMAL(12,2)) AS JE,
  CAST(1 + draw('deposit.means', z * 4 + k) % 4 AS VARCHAR) AS JKFS, 'Y' || lpad(CAST(_row AS VARCHAR), 8, '0') AS SJH,
  least(admitted + to_hours(CAST(1 + 40 * k AS BIGINT)), TIMESTAMP '$cutover') AS JKRQ, 'S' || (906 + draw('deposit.cashier', z) % 2) AS CZY,
  IF(draw('deposit.void', z * 4 + k) % 100 < 1, '0', IF(state = '3', '2', '1')) AS ZT
FROM paid ORDER BY z, k;

CREATE TABLE made.ZYFY AS
WITH days AS (
  SELECT z, admitted, state, unnest(range(0, CAST(IF(discharged IS NULL, date_diff('day', admitted, TIMESTAMP '$cutover') + 1, length) AS BIGINT))) AS day FROM made.stay
),
items AS (
  SELECT z, day, state, admitted, item FROM days, (VALUES (0), (1), (2), (3)) AS t(item) WHERE item < 2 OR draw('ward.fee', (z * 64 + day) * 4 + item) % 100 < 40
),
priced AS (
  SELECT z, day, item, state, admitted, s.XMDM AS XMDM, NULL AS YPID, s.FYLB, s.DJ, CAST(1 AS DECIMAL(10,2)) AS SL
  FROM items JOIN made.SFXM AS s ON s.XMDM = CASE item WHEN 0 THEN 'F4001' WHEN 1 THEN 'F4004' ELSE 'F300' || (1 + draw('ward.service', z * 64 + day) % 5) END
  WHERE item < 3
  UNION ALL
  SELECT z, day, item, state, admitted, NULL, d.YPID, '02', d.LSJ, CAST(1 + draw('ward.quantity', z * 64 + day) % 2 AS DECIMAL(10,2))
  FROM items JOIN made.drug AS d ON d.slot = draw('ward.drug', z * 64 + day) % getvariable('count_drug') WHERE item = 3
)
SELECT row_number() OVER (ORDER BY z, day, item) AS _row, _row AS FYXH, z AS ZYH, XMDM, YPID, FYLB, SL, DJ, CAST(SL * DJ AS DECIMAL(12,2)) AS JE,
  least(admitted + to_days(CAST(day AS INTEGER)) + to_minutes(CAST(30 + item AS BIGINT)), TIMESTAMP '$cutover') AS FYRQ,
  IF(state = '3', '1', '0') AS JSZT, IF(state = '3', z, NULL) AS JSXH
FROM priced ORDER BY z, day, item;

CREATE TABLE made.ZYJS AS
WITH fees AS (SELECT ZYH, sum(JE) AS total FROM made.ZYFY GROUP BY ZYH),
deposits AS (SELECT ZYH, sum(JE) AS total FROM made.YJJ WHERE ZT = '2' GROUP BY ZYH)
SELECT z AS _row, z AS JSXH, z AS ZYH, CAST(f.total AS DECIMAL(12,2)) AS ZFY, CAST(coalesce(d.total, 0) AS DECIMAL(12,2)) AS YJJ,
  CAST(round(f.total * 0.7, 2) AS DECIMAL(12,2)) AS YBZF, CAST(ZFY - YBZF - coalesce(d.total, 0) AS DECIMAL(12,2)) AS BTK,
  'Z' || lpad(CAST(z AS VARCHAR), 8, '0') AS FPH, discharged + INTERVAL 3 HOUR AS JSRQ, 'S' || (906 + draw('settled.cashier', z) % 2) AS CZY
FROM made.stay JOIN fees AS f ON f.ZYH = z LEFT JOIN deposits AS d ON d.ZYH = z WHERE state = '3' ORDER BY z;

CREATE TABLE made.ZYYZ AS
WITH orders AS (SELECT *, unnest(range(0, CAST(3 + draw('orders', z) % 6 AS BIGINT))) AS k FROM made.stay),
drawn AS (
  SELECT o.*, d.YPID, d.YPMC, d.GG, s.XMDM, s.XMMC, draw('order.drug', z * 16 + k) % 10 < 6 AS drug, IF(k < 2 OR draw('order.long', z * 16 + k) % 10 < 4, '1', '2') AS kind,
    admitted + to_hours(CAST(2 + draw('order.start', z * 16 + k) % 30 AS BIGINT)) AS begun
  FROM orders AS o
  JOIN made.drug AS d ON d.slot = draw('order.which', z * 16 + k) % getvariable('count_drug')
  JOIN made.SFXM AS s ON s._row = 4 + draw('order.service', z * 16 + k) % 16
)
SELECT row_number() OVER (ORDER BY z, k) AS _row, _row AS YZXH, z AS ZYH, IF(drug, YPID, NULL) AS YPID, IF(drug, NULL, XMDM) AS XMDM, IF(drug, YPMC, XMMC) AS YZMC,
  kind AS YZLX, IF(drug, ['1片', '2粒', '0.5g', '10ml', '1支'][1 + draw('order.dose', z * 16 + k) % 5], NULL) AS JL, IF(kind = '1', ['qd', 'bid', 'tid', 'q8h'][1 + draw('order.frequency', z * 16 + k) % 4], 'st') AS PC,
  doctor AS YSDM, least(begun, TIMESTAMP '$cutover') AS KSRQ,
  CASE WHEN kind = '2' THEN NULL WHEN discharged IS NOT NULL THEN greatest(discharged, begun + INTERVAL 1 HOUR) WHEN draw('order.stopped', z * 16 + k) % 10 < 3 THEN TIMESTAMP '$cutover' ELSE NULL END AS TZRQ,
  CASE WHEN kind = '2' THEN '3' WHEN TZRQ IS NULL THEN '1' ELSE '2' END AS ZT
FROM drawn ORDER BY z, k;

CREATE TABLE made.JYSQ AS
WITH asked AS (
  SELECT 1 AS place, v AS parent, n, v, NULL AS z, moment + INTERVAL 18 MINUTE AS moment, XMDM FROM made.visit JOIN (SELECT GHXH, XMDM FROM made.MZFY) AS f ON f.GHXH = v
  UNION ALL
  SELECT 2, z, n, NULL, z, admitted + INTERVAL 1 HOUR, 'F100' || (1 + draw('ward.test', z) % 9) FROM made.stay
),
numbered AS (SELECT row_number() OVER (ORDER BY place, parent) AS _row, * FROM asked),
aged AS (
  SELECT *, draw('report.late', _row) % 10000 < IF(moment > TIMESTAMP '$cutover' - INTERVAL 1 DAY, 4000, 10) AS late,
    moment + to_hours(CAST(1 + draw('report.after', _row) % 30 AS BIGINT)) AS reported FROM numbered
)
SELECT _row, _row AS SQDH, n AS BRID, v AS GHXH, z AS ZYH, XMDM, moment AS SQRQ, IF(late OR reported > TIMESTAMP '$cutover', NULL, reported) AS BGRQ,
  IF(BGRQ IS NOT NULL, '3', IF(draw('report.done', _row) % 2 = 0, '1', '2')) AS BGZT
FROM aged ORDER BY _row;

CREATE TABLE made.YFKC AS
WITH batches AS (
  SELECT code, YPID, GHJ, LSJ, slot, unnest(range(0, CAST(1 + draw('stock.batches', slot * 10 + CAST(code AS BIGINT)) % 3 AS BIGINT))) AS k
  FROM made.drug, (SELECT code FROM facts.departments WHERE category = '药房')
)
SELECT row_number() OVER (ORDER BY code, YPID, k) AS _row, CAST(row_number() OVER (ORDER BY code, YPID, k) AS INTEGER) AS KCXH, code AS YFDM, YPID,
  CAST(230101 + draw('batch', slot * 4 + k) % 900 AS VARCHAR) || lpad(CAST(draw('batch.number', slot * 4 + k) % 100 AS VARCHAR), 2, '0') AS PH,
  strftime(CAST(TIMESTAMP '$cutover' AS DATE) - 60 + CAST(draw('expiry', slot * 4 + k) % 900 AS INTEGER), '%Y-%m-%d') AS XQ,
  CAST(1 + draw('stock', (slot * 4 + k) * 8 + CAST(code AS BIGINT) % 8) % 400 AS DECIMAL(12,2)) AS SL, GHJ, LSJ
FROM batches;

CREATE TABLE made.CZRZ AS
SELECT i AS _row, i AS RZXH, 'S' || (900 + draw('log.who', i) % 8) AS GH,
  TIMESTAMP '$cutover' - INTERVAL $days DAY + to_minutes(CAST((i - 1) * ($days * 1440) // greatest(1, $visits // 10) AS BIGINT)) AS CZSJ,
  ['登录', '退出', '打印发票', '修改密码', '查询病人'][1 + draw('log.what', i) % 5] AS CZNR
FROM range(1, CAST($visits // 10 + 1 AS BIGINT)) AS t(i);
