CREATE TABLE made.KSDM AS
SELECT row_number() OVER (ORDER BY code) AS _row, code AS KSDM, name AS KSMC, category AS KSLB, pym AS PYM, '0' AS ZFBZ FROM facts.departments;
-- 1: departments that see outpatients; 2: departments with beds
CREATE TABLE made.clinic AS
SELECT code, row_number() OVER (ORDER BY code) - 1 AS slot FROM facts.departments WHERE category NOT IN ('医技', '药房', '窗口', '职能');
SET VARIABLE count_clinic = (SELECT count(*) FROM made.clinic);
CREATE TABLE made.inpatient AS
SELECT code, name, row_number() OVER (ORDER BY code) - 1 AS slot FROM facts.departments WHERE wards = '1';
SET VARIABLE count_inpatient = (SELECT count(*) FROM made.inpatient);

CREATE TABLE made.YGXX AS
WITH posts AS (
  SELECT 'D' || code || i AS gh, code, '1' AS kind, i, CAST(code AS BIGINT) * 10 + i AS number FROM facts.departments, range(1, 7) AS t(i)
    WHERE category NOT IN ('药房', '窗口', '职能')
  UNION ALL SELECT 'N' || code || i, code, '2', i, 100000 + CAST(code AS BIGINT) * 10 + i FROM facts.departments, range(1, 7) AS t(i) WHERE wards = '1'
  UNION ALL SELECT 'P' || code || i, code, '3', i, 200000 + CAST(code AS BIGINT) * 10 + i FROM facts.departments, range(1, 5) AS t(i) WHERE category = '药房'
  UNION ALL SELECT 'S' || (900 + i), IF(i < 6, '9001', '9002'), '4', i, 300000 + i FROM range(0, 8) AS t(i)
)
SELECT
  row_number() OVER (ORDER BY gh) AS _row, gh AS GH, s.surname || g1.character || g2.character AS XM, code AS KSDM,
  CASE kind WHEN '1' THEN ['主任医师', '副主任医师', '主治医师', '主治医师', '住院医师', '住院医师'][i] WHEN '2' THEN '护师' WHEN '3' THEN '药师' ELSE '收费员' END AS ZC,
  kind AS LB, IF(draw('staff.left', number) % 100 < 4, '1', '0') AS ZFBZ
FROM posts
JOIN made.surname AS s ON s.slot = draw('staff.surname', number) % $surnames
JOIN made.given AS g1 ON g1.era = 'mid' AND g1.sex = IF(draw('staff.sex', number) % 2 = 0, '1', '2') AND g1.slot = draw('staff.first', number) % 1000
JOIN made.given AS g2 ON g2.era = 'mid' AND g2.sex = g1.sex AND g2.slot = draw('staff.second', number) % 1000
ORDER BY gh;

CREATE TABLE made.FYLB AS SELECT row_number() OVER (ORDER BY code) AS _row, code AS LBDM, name AS LBMC FROM facts.categories;
CREATE TABLE made.ZDXX AS
SELECT row_number() OVER (ORDER BY lb, dm) AS _row, lb AS LB, dm AS DM, mc AS MC FROM (VALUES
  ('XB', '1', '男'), ('XB', '2', '女'), ('HYZK', '1', '未婚'), ('HYZK', '2', '已婚'), ('HYZK', '3', '丧偶'), ('HYZK', '4', '离婚'),
  ('FFFS', '1', '自费'), ('FFFS', '2', '城乡居民医保'), ('FFFS', '3', '城镇职工医保'), ('ZJLX', '01', '居民身份证'), ('ZJLX', '02', '护照'), ('ZJLX', '03', '港澳台通行证'),
  ('JKFS', '1', '现金'), ('JKFS', '2', '银行卡'), ('JKFS', '3', '微信'), ('JKFS', '4', '支付宝')) AS t(lb, dm, mc);
CREATE TABLE made.SFXM AS
SELECT row_number() OVER (ORDER BY code) AS _row, code AS XMDM, name AS XMMC, unit AS DW, CAST(price AS DECIMAL(10,2)) AS DJ, category AS FYLB, pym AS PYM, '0' AS ZFBZ FROM facts.services;
CREATE TABLE made.YPXX AS
SELECT row_number() OVER (ORDER BY code) AS _row, CAST(row_number() OVER (ORDER BY code) AS INTEGER) AS YPID, code AS YPDM, name AS YPMC, specification AS GG, unit AS DW, manufacturer AS CJ, pym AS PYM,
  CAST(price AS DECIMAL(10,2)) AS LSJ, CAST(cost AS DECIMAL(12,4)) AS GHJ, category AS YPLB, IF(draw('drug.void', _row) % 100 < 3, '1', '0') AS ZFBZ FROM facts.drugs;
CREATE TABLE made.ICDDM AS
SELECT row_number() OVER (ORDER BY code) AS _row, code AS ICD, name AS ZDMC, pym AS PYM, lag(code) OVER (ORDER BY code) AS _before FROM facts.diagnoses;
SET VARIABLE count_ICDDM = (SELECT count(*) FROM made.ICDDM);
