using SqlStream.Core.Columns;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Casts;

/// <summary>Where <see cref="ValueText"/> writes, and what it needs. One per evaluation.</summary>
sealed class ValueTextTarget(TimeZoneInfo zone)
{
    Zone _zone = new(zone);

    public ByteBuffer Text { get; } = new();

    public long ToLocal(long instant) => _zone.ToLocal(instant);
}

/// <summary>Writes values of a type within nested ones, as CAST to STRING does: <c>[1, 2]</c>, <c>{k=v}</c>, <c>(a, NULL)</c>. Immutable.</summary>
abstract class ValueText
{
    const int BytesMax = 80;

    /// <summary>The text of a type, or null where it has none.</summary>
    public static ValueText? Of(SqlType type) => type switch
    {
        RowType row => Parts(row.Fields.Map(field => field.Type)) is { } fields ? new RowText(fields) : null,
        MapType map => Entries(map.Key, map.Value),
        CollectionType { Kind: SqlTypeKind.Multiset } multiset => Entries(multiset.Element, CollectionType.CountType),
        CollectionType array => Of(array.Element) is { } element ? new ListText(element) : null,
        DecimalType { Layout: ColumnLayout.Int64 } number => new FixedText<long, DecimalFormat<long>>(new(number.Scale)),
        DecimalType number => new FixedText<Int128, DecimalFormat<Int128>>(new(number.Scale)),
        TemporalType { Kind: SqlTypeKind.Time } time => new FixedText<int, TimeFormat>(new(time.Precision)),
        TemporalType { Kind: SqlTypeKind.TimestampLtz } instant => new InstantValueText(instant),
        TemporalType { IsNanos: true } time => new FixedText<Int128, NanosFormat>(new(time.Precision)),
        TemporalType time => new FixedText<long, TimestampFormat>(new(time.Precision)),
        StringType text => text.IsCharacter ? new CharacterText() : new BinaryText(),
        _ => Simple(type.Kind),
    };

    /// <summary>Appends the text of a value.</summary>
    public void Write(Column column, int row, ValueTextTarget target)
    {
        if (column.IsNull(row))
            target.Text.Append("NULL"u8);
        else
            WriteValue(column, row, target);
    }

    protected abstract void WriteValue(Column column, int row, ValueTextTarget target);

    static ValueText? Simple(SqlTypeKind kind) => kind switch
    {
        SqlTypeKind.Null or SqlTypeKind.Boolean => new BooleanText(),
        SqlTypeKind.TinyInt => new FixedText<sbyte, IntegerFormat<sbyte>>(default),
        SqlTypeKind.SmallInt => new FixedText<short, IntegerFormat<short>>(default),
        SqlTypeKind.Int => new FixedText<int, IntegerFormat<int>>(default),
        SqlTypeKind.BigInt => new FixedText<long, IntegerFormat<long>>(default),
        SqlTypeKind.Float => new FixedText<float, FloatFormat>(default),
        SqlTypeKind.Double => new FixedText<double, DoubleFormat>(default),
        SqlTypeKind.Date => new FixedText<int, DateFormat>(default),
        SqlTypeKind.IntervalYearMonth => new FixedText<int, MonthsFormat>(default),
        SqlTypeKind.IntervalDaySecond => new FixedText<long, DurationFormat>(default),
        _ => null,
    };

    static MapText? Entries(SqlType key, SqlType value) => Of(key) is { } keys && Of(value) is { } values ? new MapText(keys, values) : null;

    static ValueText[]? Parts(ValueList<SqlType> types)
    {
        var parts = new ValueText[types.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            if (Of(types[i]) is not { } part)
                return null;
            parts[i] = part;
        }
        return parts;
    }

    sealed class FixedText<T, TFormat>(TFormat format) : ValueText where T : unmanaged where TFormat : struct, ITextFormat<T>
    {
        protected override void WriteValue(Column column, int row, ValueTextTarget target) =>
            target.Text.Advance(format.Write(((FixedColumn<T>)column)[row], target.Text.Reserve(BytesMax)));
    }

    sealed class InstantValueText(TemporalType type) : ValueText
    {
        protected override void WriteValue(Column column, int row, ValueTextTarget target)
        {
            var (instant, nanos) = type.IsNanos ? Nanos.Split(((FixedColumn<Int128>)column)[row]) : (((FixedColumn<long>)column)[row], 0);
            target.Text.Advance(TimeText.WriteTimestamp(target.ToLocal(instant), nanos, type.Precision, target.Text.Reserve(BytesMax)));
        }
    }

    sealed class BooleanText : ValueText
    {
        protected override void WriteValue(Column column, int row, ValueTextTarget target) =>
            target.Text.Append(((BoolColumn)column)[row] ? "TRUE"u8 : "FALSE"u8);
    }

    sealed class CharacterText : ValueText
    {
        protected override void WriteValue(Column column, int row, ValueTextTarget target) => target.Text.Append(((BytesColumn)column)[row]);
    }

    // Bytes within something that is printed need not be text.
    sealed class BinaryText : ValueText
    {
        protected override void WriteValue(Column column, int row, ValueTextTarget target)
        {
            var bytes = ((BytesColumn)column)[row];
            if (System.Text.Unicode.Utf8.IsValid(bytes))
            {
                target.Text.Append(bytes);
                return;
            }
            target.Text.Append("x'"u8);
            Convert.TryToHexStringLower(bytes, target.Text.Reserve(bytes.Length * 2), out var written);
            target.Text.Advance(written);
            target.Text.Append((byte)'\'');
        }
    }

    sealed class ListText(ValueText element) : ValueText
    {
        protected override void WriteValue(Column column, int row, ValueTextTarget target)
        {
            var list = (ListColumn)column;
            var (start, count) = list[row];
            target.Text.Append((byte)'[');
            for (var i = 0; i < count; i++)
            {
                if (i > 0)
                    target.Text.Append(", "u8);
                element.Write(list.Elements, start + i, target);
            }
            target.Text.Append((byte)']');
        }
    }

    sealed class MapText(ValueText key, ValueText value) : ValueText
    {
        protected override void WriteValue(Column column, int row, ValueTextTarget target)
        {
            var map = (MapColumn)column;
            var (start, count) = map[row];
            target.Text.Append((byte)'{');
            for (var i = 0; i < count; i++)
            {
                if (i > 0)
                    target.Text.Append(", "u8);
                key.Write(map.Keys, start + i, target);
                target.Text.Append((byte)'=');
                value.Write(map.Values, start + i, target);
            }
            target.Text.Append((byte)'}');
        }
    }

    sealed class RowText(ValueText[] fields) : ValueText
    {
        protected override void WriteValue(Column column, int row, ValueTextTarget target)
        {
            var values = (RowColumn)column;
            target.Text.Append((byte)'(');
            for (var i = 0; i < fields.Length; i++)
            {
                if (i > 0)
                    target.Text.Append(", "u8);
                fields[i].Write(values.Fields[i], values.Stored(row), target);
            }
            target.Text.Append((byte)')');
        }
    }
}
