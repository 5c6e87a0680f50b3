"""Rows of charges as a hospital's biggest table holds them, made by one query, the same each time.

Identity numbers have right check characters; names, addresses, drugs and diagnoses repeat as they
do in life: 212,000 patients, 600,000 visits, 2,966 drugs, 29,395 diagnoses.
"""

from luodi.terminology.id_card import CHECK_CHARACTERS, WEIGHTS

COLUMNS = 29


def query(rows: int) -> str:
    """SELECT that yields `rows` rows."""
    weighed = " + ".join(
        f"{weight} * (ascii(substr(card, {place}, 1)) - 48)"
        for place, weight in enumerate(WEIGHTS, 1)
    )
    return _QUERY.format(rows=rows, check=f"substr('{CHECK_CHARACTERS}', ({weighed}) % 11 + 1, 1)")


_QUERY = """
WITH r AS (
  SELECT range AS n, (hash(range) % 212000)::BIGINT AS p,
    (hash(range // 3 + 7) % 600000)::BIGINT AS v, (hash(range + 99) % 2966)::BIGINT AS d,
    (hash(range + 5) % 29395)::BIGINT AS dx, (hash(range + 11) % 60)::BIGINT AS dept,
    (hash(range + 13) % 900)::BIGINT AS doc, hash(range + 17) AS h
  FROM range({rows})
), b AS (
  SELECT *, DATE '1930-01-01' + (hash(p + 1) % 33000)::INTEGER AS birth,
    '2101' || lpad((hash(p + 5) % 12 + 1)::VARCHAR, 2, '0')
      || strftime(DATE '1930-01-01' + (hash(p + 1) % 33000)::INTEGER, '%Y%m%d')
      || lpad((hash(p + 6) % 1000)::VARCHAR, 3, '0') AS card
  FROM r
)
SELECT n + 1 AS id, 'P' || lpad(p::VARCHAR, 8, '0') AS patient_id,
  chr(19968 + (hash(p) % 300)::INTEGER) || chr(20500 + (hash(p + 2) % 4000)::INTEGER)
    || CASE WHEN p % 3 > 0 THEN chr(22000 + (hash(p + 3) % 3000)::INTEGER) ELSE '' END
    AS patient_name,
  CASE WHEN ascii(substr(card, 17, 1)) % 2 = 1 THEN '男' ELSE '女' END AS sex,
  birth AS birth_date, card || {check} AS id_card_no,
  '13' || lpad((hash(p + 9) % 1000000000)::VARCHAR, 9, '0') AS phone,
  '辽宁省沈阳市和平区' || chr(20000 + (hash(p + 10) % 500)::INTEGER) || '街'
    || (hash(p + 12) % 900)::VARCHAR || '号' || (hash(p + 14) % 40)::VARCHAR || '-'
    || (hash(p + 15) % 30)::VARCHAR AS address,
  'MZ' || (20190000000 + v)::VARCHAR AS visit_no,
  TIMESTAMP '2019-01-01' + to_seconds(v * 137) AS visit_time,
  'D' || lpad(dept::VARCHAR, 3, '0') AS dept_code,
  chr(20000 + dept::INTEGER) || '科' AS dept_name,
  'YS' || lpad(doc::VARCHAR, 4, '0') AS doctor_code,
  chr(21000 + doc::INTEGER) || chr(22000 + doc::INTEGER) AS doctor_name,
  chr(65 + (dx % 26)::INTEGER) || lpad((dx // 26 % 100)::VARCHAR, 2, '0') || '.'
    || lpad((dx // 2600)::VARCHAR, 3, '0') AS icd_code,
  chr(23000 + (dx % 3000)::INTEGER) || chr(24000 + (dx // 10)::INTEGER) || '性疾病（'
    || (dx % 7)::VARCHAR || '型）' AS diagnosis,
  (86900000000000 + d)::VARCHAR AS drug_code,
  chr(25000 + d::INTEGER) || '霉素'
    || CASE d % 4 WHEN 0 THEN '片' WHEN 1 THEN '胶囊' WHEN 2 THEN '注射液' ELSE '颗粒' END
    AS drug_name,
  (d % 500 + 1)::VARCHAR || 'mg×' || (d % 48 + 1)::VARCHAR || '片/盒' AS specification,
  chr(26000 + (d % 300)::INTEGER) || '药业股份有限公司' AS manufacturer,
  CASE d % 4 WHEN 0 THEN '盒' WHEN 1 THEN '瓶' WHEN 2 THEN '支' ELSE '袋' END AS unit,
  (h % 20 + 1)::INTEGER AS quantity, ((hash(d) % 100000 + 1) / 100)::DECIMAL(12, 4) AS price,
  ((hash(d) % 100000 + 1) * (h % 20 + 1) / 100)::DECIMAL(12, 2) AS amount,
  (h % 12)::INTEGER AS fee_type, lpad((300000000 + n)::VARCHAR, 12, '0') AS invoice_no,
  (h % 2)::SMALLINT AS paid,
  strftime(DATE '2019-01-01' + (v % 1500)::INTEGER, '%Y%m%d') AS order_date,
  CASE WHEN h % 10 = 0 THEN '每日' || (h % 4)::VARCHAR || '次，饭后服用' END AS remark
FROM b
"""
