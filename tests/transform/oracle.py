"""What the operations mean, said once more in plain Python, for generated values.

Independent of the SQL and of the patterns it is made of; only the identity card is read by
`luodi.terminology`, because there the SQL is to agree with that.
"""

import datetime
import hashlib
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

from luodi.terminology import id_card as cards

FAULT = "<fault>"
GAPS = (
    "\t\n\v\f\r \x85\xa0\xad\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f"
    "\u205f\u2060\u3000\ufeff"
)
DIGITS = "0123456789"
SEPARATORS = {"-": "-", "/": "/", ".": ".", "年": "月"}


def trim(text):
    return text.strip(GAPS)


def blank(text):
    return None if not trim(text) else text


def upper(text):
    return "".join(c.upper() if "a" <= c <= "z" else c for c in text)


def lower(text):
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in text)


def half_width(text):
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text).replace(
        "\u3000", " "
    )


def digits(text):
    return "".join(c for c in text if c in DIGITS)


def pad(text):
    return text.rjust(8, "*")


def slice_(text):
    return text[1:4]


def split(text):
    parts = text.split("-")
    return parts[1] if len(parts) > 1 else None


def length(text):
    return text if len(text) <= 5 else FAULT


def cut(text):
    return text[:5]


def hash_(text):
    return hashlib.sha256(("盐" + text).encode()).hexdigest()[:16]


def replaced(text):
    return text.replace("'", "\\")


# --- days -----------------------------------------------------------------------------------------


def number(text, least, most):
    return (
        text
        if 1 <= len(text) <= most and len(text) >= least and all(c in DIGITS for c in text)
        else ""
    )


def day_of(text):
    """Year, month, day of one of the formats that a date without its own tries."""
    if len(text) == 8 and number(text, 8, 8):
        return text[:4], text[4:6], text[6:]
    year, mark, rest = text[:4], text[4:5], text[5:]
    if mark not in SEPARATORS or not mark:
        return None
    month, found, day = rest.partition(SEPARATORS[mark])
    if mark == "年":
        if not day.endswith("日"):
            return None
        day = day[:-1]
    if not (found and number(year, 4, 4) and number(month, 1, 2) and number(day, 1, 2)):
        return None
    return year, month, day


def date(text):
    plain = trim(half_width(text)).upper() if text.isascii() else trim(upper(half_width(text)))
    for mark in ("T", " "):
        head, found, tail = plain.partition(mark)
        if found and head and "T" not in head and " " not in head and midnight(tail):
            plain = head
            break
    parts = day_of(plain)
    if parts is None:
        return FAULT
    try:
        return datetime.date(*map(int, parts)).isoformat()
    except ValueError:
        return FAULT


def midnight(tail):
    tail = tail.lstrip(" ")
    clock, _, fraction = tail.partition(".")
    if "." in tail and (not fraction or set(fraction) != {"0"} or clock.count(":") != 2):
        return False
    return clock in ("0:00", "00:00", "0:00:00", "00:00:00")


def date_time(text):
    plain = trim(upper(half_width(text)))
    if "时" in plain:
        return None  # not known here
    if len(plain) in (12, 14) and number(plain, 12, 14):
        parts = plain[:4], plain[4:6], plain[6:8]
        clock = clock_of(":".join(plain[at : at + 2] for at in range(8, len(plain), 2)))
        return moment(parts, clock)
    mark = next((mark for mark in plain if mark in " T"), None)
    if mark is None:
        return moment(day_of(plain), (0, 0, 0, 0))
    head, _, tail = plain.partition(mark)
    clock = clock_of(tail.lstrip(" ") if mark == " " else tail)
    loose = head[4:5] in ("-", "/")
    if not loose and (mark == "T" or tail.count(":") != 2 or "." in tail):
        return FAULT
    return moment(day_of(head), clock)


def moment(parts, clock):
    try:
        # Moments of a migration have no zone.
        return datetime.datetime(*map(int, parts), *clock).isoformat(" ")  # noqa: DTZ001
    except (TypeError, ValueError):
        return FAULT


def clock_of(text):
    clock, dot, fraction = text.partition(".")
    pieces = clock.split(":")
    if len(pieces) not in (2, 3) or not all(number(one, 1, 2) for one in pieces):
        return None
    if dot and (len(pieces) < 3 or not number(fraction, 1, 9)):
        return None
    second = int(pieces[2]) if len(pieces) == 3 else 0
    return int(pieces[0]), int(pieces[1]), second, int((fraction + "000000")[:6]) if dot else 0


# --- numbers --------------------------------------------------------------------------------------


def integer(text):
    plain = trim(half_width(text))
    body = plain[1:] if plain[:1] in ("+", "-") and plain else plain
    if not body or any(c not in DIGITS for c in body):
        return FAULT
    value = int(plain)
    return str(value) if -(2**63) <= value < 2**63 else FAULT


def amount(text, scale, *, rounded):
    plain = trim(half_width(text))
    plain = re.sub(" *元$", "", plain)
    found = re.match(r"([+-]?)(¥|￥|\$|€|£|RMB|CNY)? *([+-]?)(¥|￥|\$|€|£|RMB|CNY)? *", plain)
    signs, body = found[1] + found[3], plain[found.end() :]
    before, dot, after = body.partition(".")
    groups = before.split(",")
    grouped = len(groups) == 1 or (
        1 <= len(groups[0]) <= 3 and all(len(one) == 3 for one in groups[1:])
    )
    whole = "".join(groups)
    good = (
        len(signs) <= 1
        and grouped
        and (whole or (dot and after))
        and all(c in DIGITS for c in whole + after)
    )
    if not good:
        return FAULT
    with localcontext(prec=200):
        value = Decimal(f"{signs}{whole or '0'}.{after or '0'}")
        found = value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
        if (found != value and not rounded) or abs(found) >= Decimal(10) ** (38 - scale):
            return FAULT
        return format(found if found else abs(found), "f")


def decimal(text):
    return amount(text, 2, rounded=False)


def rounded(text):
    return amount(text, 3, rounded=True)


def id_card(text):
    card = cards.parse(text)
    return FAULT if isinstance(card, cards.Fault) else card.number
