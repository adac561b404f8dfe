using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Testing;

/// <summary>Random types and plan values of them, nested ones too, from a seed.</summary>
public sealed class RandomValues(int seed)
{
    static readonly SqlType[] _scalars =
    [
        SqlType.Boolean, SqlType.TinyInt, SqlType.SmallInt, SqlType.Int, SqlType.BigInt, SqlType.Float, SqlType.Double, SqlType.Decimal(10, 2),
        SqlType.Decimal(30, 5), SqlType.String, SqlType.Bytes, SqlType.Date, SqlType.Timestamp(3), SqlType.Timestamp(9),
    ];

    readonly Random _random = new(seed);

    /// <summary>A type of at most so many levels.</summary>
    public SqlType Type(int levels) => levels == 0 ? Scalar() : _random.Next(5) switch
    {
        0 => SqlType.Array(Type(levels - 1)),
        1 => SqlType.Map(Type(levels - 1), Type(levels - 1)),
        2 => SqlType.Multiset(Type(levels - 1)),
        3 => SqlType.Row([.. Enumerable.Range(0, 1 + _random.Next(3)).Select(i => new Field("f" + i, Type(levels - 1)))]),
        _ => Scalar(),
    };

    /// <summary>A value, sometimes NULL. Few different ones come, so that equal values meet.</summary>
    public object? Value(SqlType type) => _random.Next(6) == 0 ? null : type switch
    {
        RowType row => (ValueList<object?>)[.. row.Fields.Select(field => Value(field.Type))],
        CollectionType { Kind: SqlTypeKind.Array } array => (ValueList<object?>)[.. Enumerable.Range(0, _random.Next(4)).Select(_ => Value(array.Element))],
        CollectionType multiset => Entries(multiset.Element, _ => 1 + _random.Next(2)),
        MapType map => Entries(map.Key, _ => Value(map.Value)),
        _ => ScalarValue(type),
    };

    /// <summary>Values of a type.</summary>
    public object?[] Values(SqlType type, int count) => [.. Enumerable.Range(0, count).Select(_ => Value(type))];

    /// <summary>Up to a limit.</summary>
    public int Next(int limit) => _random.Next(limit);

    /// <summary>A column of plan values.</summary>
    public static Column Column(SqlType type, IEnumerable<object?> values, ColumnPool pool)
    {
        using var builder = ColumnBuilder.Create(type, pool);
        foreach (var value in values)
            PlanValue.Append(builder, value);
        return builder.Build();
    }

    /// <summary>The text of a value in which the order of the entries of maps makes no difference: equal texts are equal values.</summary>
    public static string Canonical(object? value) => value switch
    {
        null => "NULL",
        ValueList<object?> values => $"[{string.Join(", ", values.Map(Canonical))}]",
        ValueList<PlanEntry> entries => $"{{{string.Join(", ", entries.Map(entry => $"{Canonical(entry.Key)}={Canonical(entry.Value)}").Order(StringComparer.Ordinal))}}}",
        string text => $"'{text}'",
        ValueList<byte> bytes => Convert.ToHexString(bytes.AsSpan()),
        double and 0.0 => "0",
        float and 0f => "0",
        bool flag => flag ? "true" : "false",
        _ => ((IFormattable)value).ToString(null, System.Globalization.CultureInfo.InvariantCulture),
    };

    SqlType Scalar() => _scalars[_random.Next(_scalars.Length)];

    ValueList<PlanEntry> Entries(SqlType key, Func<int, object?> value)
    {
        var keys = Enumerable.Range(0, _random.Next(30) == 0 ? 40 : _random.Next(4)).Select(_ => Value(key)).DistinctBy(Canonical);
        return [.. keys.Select((item, i) => new PlanEntry(item, value(i)))];
    }

    object ScalarValue(SqlType type) => type.Layout switch
    {
        ColumnLayout.Bool => _random.Next(2) == 0,
        ColumnLayout.Int8 => (sbyte)(_random.Next(3) - 1),
        ColumnLayout.Int16 => (short)(_random.Next(5) - 2),
        ColumnLayout.Int32 => _random.Next(5) - 2,
        ColumnLayout.Int64 => _random.NextInt64(5) - 2,
        ColumnLayout.Float32 => ((float[])[-0f, 0f, 1.5f, float.NaN])[_random.Next(4)],
        ColumnLayout.Float64 => ((double[])[-0d, 0d, -1.5, double.NaN, double.PositiveInfinity])[_random.Next(5)],
        ColumnLayout.Int128 => (Int128)(_random.NextInt64(5) - 2) * Int128.Parse("100000000000000000000", System.Globalization.CultureInfo.InvariantCulture),
        _ when type.IsCharacter => ((string[])["", "a", "ab", "\0", "ü"])[_random.Next(5)],
        _ => (ValueList<byte>)[.. new byte[_random.Next(3)]],
    };
}
