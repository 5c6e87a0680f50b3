-- Normal forms of values, as macros of DuckDB.  Every one takes a text and gives NULL for a value
-- that says nothing.  A macro writes its argument out wherever it stands, so what is computed goes
-- through a column (SELECT … FROM (SELECT … AS y)) before it is used twice.

-- Half-width, without gaps at the ends; the full-width forms U+FF01 … U+FF5E and U+3000.
CREATE OR REPLACE TEMP MACRO nf_text(x) AS nullif(trim(
  CASE WHEN regexp_matches(x, '[^\x20-\x7e\x{3400}-\x{9fff}]') THEN translate(
    regexp_replace(x, '[\x{200b}-\x{200f}\x{feff}\x{00ad}]', '', 'g'),
    '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～　 	',
    '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~   ')
  ELSE x END), '');

-- Words that stand for nothing.
CREATE OR REPLACE TEMP MACRO nf_said(x) AS CASE WHEN lower(x) IN (
    '-', '--', '/', '.', '*', '**', '***', '无', '空', '不详', '未知', '未填', '暂无', '没有', '待查',
    'null', 'none', 'nil', 'n/a', 'na', 'unknown', 'test', '测试', 'xxx', '?', '??')
  THEN NULL ELSE x END;

-- Letters and digits, capitals; one sign repeated (but for one in a long number), or a keyboard run,
-- says nothing.
CREATE OR REPLACE TEMP MACRO nf_number(x) AS (
  SELECT CASE WHEN length(y) < 3 OR length(replace(y, y[1], '')) <= (length(y) > 11)::INT
      OR regexp_full_match(y, '0?12345(6(7(8(9(0[0-9X]{0,8})?)?)?)?)?') THEN NULL ELSE y END
  FROM (SELECT regexp_replace(upper(nf_text(x)), '[^0-9A-Z]', '', 'g') AS y));

-- 居民身份证 (GB 11643-1999): the check character of 17 digits (ISO 7064 MOD 11-2).
CREATE OR REPLACE TEMP MACRO nf_check(s) AS substring('10X98765432', 1 + (
  7 * s[1]::INT + 9 * s[2]::INT + 10 * s[3]::INT + 5 * s[4]::INT + 8 * s[5]::INT + 4 * s[6]::INT
  + 2 * s[7]::INT + 1 * s[8]::INT + 6 * s[9]::INT + 3 * s[10]::INT + 7 * s[11]::INT
  + 9 * s[12]::INT + 10 * s[13]::INT + 5 * s[14]::INT + 8 * s[15]::INT + 4 * s[16]::INT
  + 2 * s[17]::INT) % 11, 1);

-- A number of the first generation (15 digits) in its 18; its sequences 996 … 999 were kept for
-- people born in 18xx.  Any other number stays, and of a 港澳居民来往内地通行证 go the last two of
-- eleven digits, which count its renewals.
CREATE OR REPLACE TEMP MACRO nf_checked(s) AS s || nf_check(s);
CREATE OR REPLACE TEMP MACRO nf_card(s) AS CASE
  WHEN regexp_full_match(s, '[1-9]\d{5}\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}')
    THEN nf_checked(left(s, 6) || CASE WHEN right(s, 3) >= '996' THEN '18' ELSE '19' END || s[7:15])
  WHEN regexp_full_match(s, '[HM]\d{10}') THEN left(s, 9)
  ELSE s END;
CREATE OR REPLACE TEMP MACRO nf_id_valid(n) AS coalesce(
  CASE WHEN regexp_full_match(n, '[1-9]\d{16}[\dX]')
      AND try_strptime(n[7:14], '%Y%m%d') BETWEEN DATE '1850-01-01' AND current_date
    THEN nf_check(n) = right(n, 1) ELSE false END, false);

-- 1 male, 2 female (GB/T 2261.1), however it is said; other codes stay as they are.
CREATE OR REPLACE TEMP MACRO nf_sex(x) AS CASE
  WHEN lower(x) IN ('1', '1.0', 'm', 'male', '男', '男性', 'man', 'boy', '男士') THEN '1'
  WHEN lower(x) IN ('2', '2.0', 'f', 'female', '女', '女性', 'woman', 'girl', '女士') THEN '2'
  WHEN lower(x) IN ('9', '未知', '未说明', '未说明的性别', '未知的性别', '不详', '其他', '其它', 'u',
    'unknown', 'other', 'o', '-') THEN NULL
  ELSE lower(x) END;

-- Eight digits, year first.  Days that stand for no day are none.
CREATE OR REPLACE TEMP MACRO nf_ymd(y, m, d) AS y || lpad(m, 2, '0') || lpad(d, 2, '0');
CREATE OR REPLACE TEMP MACRO nf_day(t) AS CASE WHEN length(t) <> 8 OR t IN (
  '19000101', '00000000', '18991230', '18991231', '17530101', '00010101', '99991231', '11111111',
  '19000100', '20990101', '29991231') THEN NULL ELSE t END;
CREATE OR REPLACE TEMP MACRO nf_birth(x, month_first) AS nf_day(CASE
  WHEN regexp_matches(x, '^\d{8}') THEN left(x, 8)
  WHEN regexp_matches(x, '^\d{4}\D+\d{1,2}\D+\d{1,2}') THEN nf_ymd(left(x, 4),
    regexp_extract(x, '^\d{4}\D+(\d{1,2})', 1), regexp_extract(x, '^\d{4}\D+\d{1,2}\D+(\d{1,2})', 1))
  WHEN regexp_matches(x, '^\d{1,2}\D+\d{1,2}\D+\d{4}') THEN nf_ymd(
    regexp_extract(x, '^\d{1,2}\D+\d{1,2}\D+(\d{4})', 1),
    regexp_extract(x, CASE WHEN month_first THEN '^(\d{1,2})' ELSE '^\d{1,2}\D+(\d{1,2})' END, 1),
    regexp_extract(x, CASE WHEN month_first THEN '^\d{1,2}\D+(\d{1,2})' ELSE '^(\d{1,2})' END, 1))
  END);

-- The first mobile number of a text, else its digits without the country's code.
CREATE OR REPLACE TEMP MACRO nf_digits(x) AS regexp_replace(
  regexp_replace(x, '[^0-9]', '', 'g'), '^(00)?86(1\d{10})$', '\2');
CREATE OR REPLACE TEMP MACRO nf_dialled(p) AS CASE
  WHEN length(p) < 7 OR regexp_matches(p, '(0{7}|1{7}|2{7}|3{7}|4{7}|5{7}|6{7}|7{7}|8{7}|9{7})$')
    OR right(p, 8) IN ('12345678', '23456789', '87654321')
    OR p IN ('12345678901', '12345678910', '1234567890', '0123456789', '13800138000') THEN NULL ELSE p END;
CREATE OR REPLACE TEMP MACRO nf_phone(x) AS nf_dialled(
  coalesce(nullif(regexp_extract(regexp_replace(x, '[\s\-]', '', 'g'), '1[3-9]\d{9}'), ''),
    nf_digits(x)));

-- An address without gaps and punctuation.
CREATE OR REPLACE TEMP MACRO nf_address(x) AS (SELECT nullif(y, '') FROM (SELECT
  regexp_replace(lower(nf_said(x)), '[\s,，.。、;；:：#\-－_()（）\[\]/·"'']', '', 'g') AS y));
CREATE OR REPLACE TEMP MACRO nf_numbers(x) AS
  trim(regexp_replace(lower(x), '[^0-9]+', ' ', 'g'));
-- Province, city and district of a Chinese address; the beginning of any other.
CREATE OR REPLACE TEMP MACRO nf_area(x) AS
  coalesce(nullif(regexp_extract(x, '^[^0-9]{2,}?(?:区|县|旗)'), ''), left(x, 6));

-- A drug's name without gaps and without what stands in brackets; a maker without its legal form.
CREATE OR REPLACE TEMP MACRO nf_drug(x) AS nullif(regexp_replace(
  regexp_replace(lower(x), '[(（\[【].*?[)）\]】]', '', 'g'), '[\s\-·.,*]', '', 'g'), '');
CREATE OR REPLACE TEMP MACRO nf_maker(x) AS nullif(regexp_replace(regexp_replace(lower(x),
  '股份有限公司|有限责任公司|有限公司|集团|股份|公司|总厂|制药厂|药厂|药业|制药|\s?co\.?,?\s?ltd\.?|\s?inc\.?|\s?gmbh', '', 'g'),
  '[\s\-·.,()（）]', '', 'g'), '');
CREATE OR REPLACE TEMP MACRO nf_specification(x) AS nullif(regexp_replace(
  regexp_replace(regexp_replace(regexp_replace(replace(replace(lower(x), '毫克', 'mg'), '毫升', 'ml'),
  '微克|μg|ug', 'μg', 'g'), '克', 'g', 'g'), '[×xX＊]', '*', 'g'), '[\s:：]', '', 'g'), '');

-- Whether two values are one edit apart (a character changed, added, dropped, or two neighbours
-- swapped), or two.  The distance itself costs microseconds, so what is far apart is not measured.
CREATE OR REPLACE TEMP MACRO nf_close(a, b, edits) AS CASE
  WHEN length(a) = length(b) THEN hamming(a, b) <= 2 * edits
  ELSE abs(length(a) - length(b)) <= edits AND jaro_similarity(a, b) > 0.85 END;
CREATE OR REPLACE TEMP MACRO nf_edited(a, b, edits) AS
  nf_close(a, b, edits) AND damerau_levenshtein(a, b) = edits;
