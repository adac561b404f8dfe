using System.Text;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>How a single value is represented at plan time: null for NULL, <c>bool</c>, <c>sbyte</c>, <c>short</c>,
/// <c>int</c>, <c>long</c>, <c>float</c>, <c>double</c>, <c>Int128</c> by the layout of its type (a DECIMAL is its scaled
/// integer, a TIMESTAMP its microseconds or nanoseconds), <c>string</c> for characters, <c>ValueList&lt;byte&gt;</c> for binary strings,
/// <c>ValueList&lt;object?&gt;</c> for the elements of an ARRAY and the fields of a ROW, <c>ValueList&lt;PlanEntry&gt;</c> for the
/// entries of a MAP and for the elements of a MULTISET with their counts. Such values are equal by <c>Equals</c>.</summary>
public static class PlanValue
{
    /// <summary>The value of one row of a column.</summary>
    public static object? Read(Column column, int row)
    {
        if (column.IsNull(row))
            return null;
        return column switch
        {
            BoolColumn values => values[row],
            FixedColumn<sbyte> values => values[row],
            FixedColumn<short> values => values[row],
            FixedColumn<int> values => values[row],
            FixedColumn<long> values => values[row],
            FixedColumn<float> values => values[row],
            FixedColumn<double> values => values[row],
            FixedColumn<Int128> values => values[row],
            BytesColumn values when column.Type.IsCharacter => Encoding.UTF8.GetString(values[row]),
            BytesColumn values => ValueList.Create(values[row]),
            RowColumn values => ReadRow(values, values.Stored(row)),
            ListColumn values => ReadList(values.Elements, values[row]),
            MapColumn values => ReadMap(values, values[row]),
            _ => throw new EngineBugException($"column {column.GetType().Name} has no plan values"),
        };
    }

    /// <summary>Appends a value to a builder of the same type.</summary>
    public static void Append(ColumnBuilder builder, object? value)
    {
        switch (builder, value)
        {
            case (_, null): builder.AppendNull(); break;
            case (BoolColumnBuilder b, bool v): b.Append(v); break;
            case (FixedColumnBuilder<sbyte> b, sbyte v): b.Append(v); break;
            case (FixedColumnBuilder<short> b, short v): b.Append(v); break;
            case (FixedColumnBuilder<int> b, int v): b.Append(v); break;
            case (FixedColumnBuilder<long> b, long v): b.Append(v); break;
            case (FixedColumnBuilder<float> b, float v): b.Append(v); break;
            case (FixedColumnBuilder<double> b, double v): b.Append(v); break;
            case (FixedColumnBuilder<Int128> b, Int128 v): b.Append(v); break;
            case (BytesColumnBuilder b, string v): b.Append(Encoding.UTF8.GetBytes(v)); break;
            case (BytesColumnBuilder b, ValueList<byte> v): b.Append(v.AsSpan()); break;
            case (RowColumnBuilder b, ValueList<object?> v): AppendRow(b, v); break;
            case (ListColumnBuilder b, ValueList<object?> v): AppendList(b, v); break;
            case (MapColumnBuilder b, ValueList<PlanEntry> v): AppendMap(b, v); break;
            default: throw new EngineBugException($"{value.GetType().Name} is no plan value of {builder.Type}");
        }
    }

    static ValueList<object?> ReadRow(RowColumn column, int stored)
    {
        var values = new object?[column.Fields.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = Read(column.Fields[i], stored);
        return [.. values];
    }

    static ValueList<object?> ReadList(Column elements, (int Start, int Count) range)
    {
        var values = new object?[range.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = Read(elements, range.Start + i);
        return [.. values];
    }

    static ValueList<PlanEntry> ReadMap(MapColumn column, (int Start, int Count) range)
    {
        var entries = new PlanEntry[range.Count];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = new PlanEntry(Read(column.Keys, range.Start + i), Read(column.Values, range.Start + i));
        return [.. entries];
    }

    static void AppendRow(RowColumnBuilder builder, ValueList<object?> values)
    {
        Check.That(values.Count == builder.Fields.Length);
        for (var i = 0; i < values.Count; i++)
            Append(builder.Fields[i], values[i]);
        builder.EndRow();
    }

    static void AppendList(ListColumnBuilder builder, ValueList<object?> values)
    {
        foreach (var value in values)
            Append(builder.Elements, value);
        builder.EndList();
    }

    static void AppendMap(MapColumnBuilder builder, ValueList<PlanEntry> entries)
    {
        foreach (var (key, value) in entries)
        {
            Append(builder.Keys, key);
            Append(builder.Values, value);
        }
        builder.EndMap();
    }
}

/// <summary>An entry of a MAP at plan time.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Its value.</param>
public readonly record struct PlanEntry(object? Key, object? Value);
