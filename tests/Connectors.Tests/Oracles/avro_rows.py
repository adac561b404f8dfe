"""Reads Avro messages with the library of the Avro project. Input: the schema as JSON, then one message a line in hex.
Prints one row a line: values as the plan represents them, with ' | ' between them."""
import datetime
import decimal
import io
import struct
import sys

import avro.io
import avro.schema

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROS = datetime.timedelta(microseconds=1)


def text(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return "f" + struct.pack(">d", value).hex()
    if isinstance(value, (bytes, bytearray)):
        return "0x" + value.hex()
    if isinstance(value, decimal.Decimal):
        sign, digits, _ = value.as_tuple()
        number = int("".join(map(str, digits)))
        return str(-number if sign else number)
    if isinstance(value, datetime.datetime):
        return str((value - EPOCH) // MICROS)
    if isinstance(value, datetime.date):
        return str((value - EPOCH.date()).days)
    if isinstance(value, datetime.time):
        return str((value.hour * 3600 + value.minute * 60 + value.second) * 1000 + value.microsecond // 1000)
    if isinstance(value, list):
        return "[" + ", ".join(map(text, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(f"{key}={text(item)}" for key, item in value.items())) + "}"
    return str(value)


schema = avro.schema.parse(sys.stdin.readline())
reader = avro.io.DatumReader(schema)
for line in sys.stdin:
    message = io.BytesIO(bytes.fromhex(line))
    row = reader.read(avro.io.BinaryDecoder(message))
    assert not message.read(), "bytes are left"
    print(" | ".join(text(row[field.name]) for field in schema.fields))
