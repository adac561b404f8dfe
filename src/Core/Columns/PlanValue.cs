using System.Text;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>How a single value is represented at plan time: null for NULL, <c>bool</c>, <c>sbyte</c>, <c>short</c>,
/// <c>int</c>, <c>long</c>, <c>float</c>, <c>double</c>, <c>Int128</c> by the layout of its type (a DECIMAL is its scaled
/// integer, a TIMESTAMP its microseconds), <c>string</c> for characters, <c>ValueList&lt;byte&gt;</c> for binary strings.
/// Such values are equal by <c>Equals</c>.</summary>
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
            default: throw new EngineBugException($"{value.GetType().Name} is no plan value of {builder.Type}");
        }
    }
}
