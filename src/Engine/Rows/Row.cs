using System.Collections;
using System.Globalization;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Engine.Rows;

/// <summary>A row as .NET values, for programs that do not know its columns beforehand. Immutable.</summary>
/// <remarks>NULL is null. BOOLEAN is <c>bool</c>; TINYINT to BIGINT <c>sbyte</c>, <c>short</c>, <c>int</c>, <c>long</c>; FLOAT and DOUBLE
/// <c>float</c> and <c>double</c>; DECIMAL <c>decimal</c> (22003 where it has more digits than that holds); characters <c>string</c>, binary strings
/// <c>byte[]</c>; DATE <see cref="DateOnly"/>; TIME <see cref="TimeOnly"/>; TIMESTAMP <see cref="DateTime"/> without a kind; TIMESTAMP_LTZ
/// <see cref="DateTimeOffset"/> in UTC; intervals of days <see cref="TimeSpan"/> and of months <c>int</c>; ARRAY <c>object?[]</c>; MAP and MULTISET a
/// dictionary; ROW a <see cref="Row"/>. Times of more than seven digits are cut off at microseconds.</remarks>
public sealed class Row : IReadOnlyList<object?>
{
    readonly object?[] _values;

    /// <summary>A row of values in the order of the columns; 42804 where there are more or fewer.</summary>
    public Row(Schema schema, RowKind kind, params object?[] values)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != schema.Count)
            throw Values.ValueErrors.WrongWidth(typeof(Row), values.Length, schema.Count);
        Schema = schema;
        Kind = kind;
        _values = values;
    }

    /// <summary>The columns.</summary>
    public Schema Schema { get; }

    /// <summary>What happens to the row in a changelog; +I in results that only grow.</summary>
    public RowKind Kind { get; }

    /// <summary>Number of columns.</summary>
    public int Count => _values.Length;

    /// <summary>The value of a column by its position from 0.</summary>
    public object? this[int index] => _values[index];

    /// <summary>The value of a column by its name, found as members of types are: without regard to case where none is equal; 42703 if there is none.</summary>
    public object? this[string name] => _values[IndexOf(name)];

    /// <summary>The value of a column as a type that it has; 42804 if it has another one, 22004 if it is NULL and the type has no null.</summary>
    public T Get<T>(string name)
    {
        var value = this[name];
        return value switch
        {
            T typed => typed,
            null when default(T) is null => default!,
            null => throw Values.ValueErrors.NullNotExpected(name, Values.ClrTypes.NameOf(typeof(T))),
            _ => throw Values.ValueErrors.CannotRead(name, Schema[IndexOf(name)].Type, typeof(T)),
        };
    }

    internal Row WithKind(RowKind kind) => new(Schema, kind, _values);

    /// <inheritdoc/>
    public IEnumerator<object?> GetEnumerator() => ((IEnumerable<object?>)_values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _values.GetEnumerator();

    /// <summary>The kind and the values, for people: <c>+I(1, abc, NULL)</c>.</summary>
    public override string ToString() => $"{Kind.Symbol()}({string.Join(", ", _values.Select(Text))})";

    static string Text(object? value) => value switch
    {
        null => "NULL",
        string text => text,
        byte[] bytes => Convert.ToHexStringLower(bytes),
        DateOnly or TimeOnly or DateTime or DateTimeOffset => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        IDictionary map => $"{{{string.Join(", ", map.Keys.Cast<object>().Select(key => $"{Text(key)}={Text(map[key])}"))}}}",
        Row row => $"({string.Join(", ", row._values.Select(Text))})",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Text))}]",
        _ => value.ToString()!,
    };

    int IndexOf(string name) => Values.RowMembers.Find(Schema, name) is >= 0 and var found ? found
        : throw new SqlException(
            SqlState.UndefinedColumn, $"column \"{name}\" does not exist", NearestName.Hint(name, Schema.Fields.Select(field => field.Name)));
}
