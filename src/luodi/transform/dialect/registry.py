"""Which renderer each operation has where a dialect has none of its own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from luodi.transform import model
from luodi.transform.operations import choice, id_card, moment, number, specification, text
from luodi.transform.work import Renderer

OPERATIONS: Mapping[type[model.Step], Renderer] = MappingProxyType(
    {
        model.Trim: text.trim,
        model.Blank: text.blank,
        model.Default: choice.default,
        model.Constant: choice.set_constant,
        model.Coalesce: choice.coalesce,
        model.Concat: choice.concat,
        model.Upper: text.upper,
        model.Lower: text.lower,
        model.HalfWidth: text.half_width,
        model.Replace: text.replace_text,
        model.Digits: text.digits,
        model.Pad: text.pad,
        model.Slice: text.slice_text,
        model.Split: text.split,
        model.Length: text.length,
        model.OneOf: choice.one_of,
        model.Require: choice.require,
        model.Dictionary: choice.dictionary,
        model.Lookup: choice.lookup,
        model.Date: moment.date,
        model.DateTime: moment.date_time,
        model.Integer: number.integer,
        model.Decimal: number.decimal,
        model.Multiply: number.multiply,
        model.Boolean: number.boolean,
        model.IdCard: id_card.id_card,
        model.Specification: specification.specification,
        model.Hash: text.hash_text,
        model.When: choice.when,
    }
)
