using System.Buffers;
using System.Globalization;
using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;

namespace SqlStream.Goldens;

/// <summary>Rows as text: a kind (<c>+ - U- U+</c>) and values with blanks between them, as in <c>+ 1 20</c>. NULL is <c>NULL</c>; a
/// string that is empty, is NULL, or has blanks, quotes or what sets nested values apart stands in quotes, <c>'a b'</c>, a quote in it twice; times may leave out the date,
/// which is then 1970-01-01. Nested values have no blanks: <c>[1,2]</c>, <c>(1,a)</c>, <c>{k=v,l=w}</c>, the entries of maps ordered by their text.</summary>
public static class BatchText
{
    static readonly SearchValues<char> _apart = SearchValues.Create(" \t\r\n,=()[]{}'");

    /// <summary>Reads a row of the given types.</summary>
    public static (RowKind Kind, object?[] Values) ParseRow(string text, Schema schema)
    {
        var parts = Words(text, ' ');
        var kind = parts[0] switch
        {
            "+" => RowKind.Insert,
            "-" => RowKind.Delete,
            "U-" => RowKind.UpdateBefore,
            "U+" => RowKind.UpdateAfter,
            _ => throw new FormatException($"row kind '{parts[0]}' in '{text}'"),
        };
        if (parts.Count != schema.Count + 1)
            throw new FormatException($"'{text}' has {parts.Count - 1} values for {schema}");
        return (kind, [.. parts.Skip(1).Select((part, i) => ParseColumn(part, schema[i]))]);
    }

    /// <summary>Reads the rows of a block. Raises <see cref="GoldenException"/> at the line that is wrong.</summary>
    public static List<(RowKind Kind, object?[] Values)> ParseRows(StreamBlock block, Schema schema)
    {
        var rows = new List<(RowKind, object?[])>();
        for (var i = 0; i < block.Rows.Count; i++)
        {
            // A comment.
            if (block.Rows[i].Length == 0 || block.Rows[i].StartsWith('#'))
                continue;
            try
            {
                rows.Add(ParseRow(block.Rows[i], schema));
            }
            catch (Exception exception) when (exception is FormatException or OverflowException)
            {
                throw new GoldenException(block.Line + 1 + i, exception.Message);
            }
        }
        return rows;
    }

    /// <summary>Reads a time of a watermark. Raises <see cref="GoldenException"/> where it is none.</summary>
    public static EventTime ParseTime(string text, int line)
    {
        try
        {
            return new EventTime(ParseTimestamp(text));
        }
        catch (FormatException)
        {
            throw new GoldenException(line, $"'{text}' is no time; write 2026-01-01T10:00:00");
        }
    }

    static object? ParseColumn(string text, Field column)
    {
        try
        {
            return ParseValue(text, column.Type);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or ArgumentException)
        {
            throw new FormatException($"'{text}' is no {column.Type} for column {column.Name}");
        }
    }

    /// <summary>Reads a value.</summary>
    public static object? ParseValue(string text, SqlType type)
    {
        if (text == "NULL")
            return null;
        var culture = CultureInfo.InvariantCulture;
        return type switch
        {
            { Kind: SqlTypeKind.Boolean } => bool.Parse(text),
            { Kind: SqlTypeKind.TinyInt } => sbyte.Parse(text, culture),
            { Kind: SqlTypeKind.SmallInt } => short.Parse(text, culture),
            { Kind: SqlTypeKind.Int } => int.Parse(text, culture),
            { Kind: SqlTypeKind.BigInt } => long.Parse(text, culture),
            { Kind: SqlTypeKind.Float } => float.Parse(text, culture),
            { Kind: SqlTypeKind.Double } => double.Parse(text, culture),
            { Kind: SqlTypeKind.Date } => DateOnly.Parse(text, culture).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber,
            TemporalType { IsNanos: true } => ParseNanos(text),
            { IsTimestamp: true } => ParseTimestamp(text),
            RowType row => (ValueList<object?>)[.. Parts(text).Select((part, i) => ParseValue(part, row.Fields[i].Type))],
            CollectionType { Kind: SqlTypeKind.Array } array => (ValueList<object?>)[.. Parts(text).Select(part => ParseValue(part, array.Element))],
            CollectionType or MapType => ParseEntries(text, MapColumn.EntryTypes(type)),
            { IsCharacter: true } => Unquoted(text),
            DecimalType number => ParseDecimal(text, number),
            _ => throw new FormatException($"no text form of {type}"),
        };
    }

    /// <summary>Writes a stored row of a batch.</summary>
    public static string FormatRow(Batch batch, int row)
    {
        var text = new StringBuilder(batch.Kind(row) switch
        {
            RowKind.Insert => "+",
            RowKind.Delete => "-",
            RowKind.UpdateBefore => "U-",
            _ => "U+",
        });
        foreach (var column in batch.Columns)
            text.Append(' ').Append(FormatValue(PlanValue.Read(column, row), column.Type));
        return text.ToString();
    }

    /// <summary>Writes a value.</summary>
    public static string FormatValue(object? value, SqlType type) => (value, type) switch
    {
        (null, _) => "NULL",
        (ValueList<object?> values, RowType row) => $"({string.Join(",", values.Zip(row.Fields, (item, field) => FormatValue(item, field.Type)))})",
        (ValueList<object?> values, CollectionType array) => $"[{string.Join(",", values.Map(item => FormatValue(item, array.Element)))}]",
        (ValueList<PlanEntry> entries, _) => FormatEntries(entries, MapColumn.EntryTypes(type)),
        (Int128 nanos, { IsTimestamp: true }) => FormatNanos(nanos),
        (string text, _) => Quoted(text),
        (bool flag, _) => flag ? "true" : "false",
        (int days, { Kind: SqlTypeKind.Date }) => DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        (long micros, { IsTimestamp: true }) => FormatTimestamp(micros),
        (long scaled, DecimalType number) => FormatDecimal(scaled, number),
        (Int128 scaled, DecimalType number) => FormatDecimal(scaled, number),
        (IFormattable number, _) => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    /// <summary>Folds changes to the rows that are left, each as an insert, sorted.</summary>
    public static IReadOnlyList<string> Fold(IEnumerable<string> changes)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            var blank = change.IndexOf(' ', StringComparison.Ordinal);
            var row = change[(blank + 1)..];
            var sign = change[..blank] is "+" or "U+" ? 1 : -1;
            counts[row] = counts.GetValueOrDefault(row) + sign;
        }
        foreach (var (row, count) in counts)
        {
            if (count < 0)
                throw new FormatException($"row '{row}' was taken away {-count} times more often than it was added");
        }
        return [.. counts.SelectMany(entry => Enumerable.Repeat("+ " + entry.Key, entry.Value))];
    }

    /// <summary>Folds changes to the last row of each key, each as an insert, sorted.</summary>
    public static IReadOnlyList<string> FoldByKey(IEnumerable<string> changes, IReadOnlyList<int> key)
    {
        var rows = new Dictionary<string, string>();
        foreach (var change in changes)
        {
            var values = Words(change, ' ');
            var own = string.Join(' ', key.Select(column => values[column + 1]));
            if (values[0] is "+" or "U+")
                rows[own] = change[(change.IndexOf(' ', StringComparison.Ordinal) + 1)..];
            else if (!rows.Remove(own))
                throw new FormatException($"row '{change}' takes a key away that is not there");
        }
        return [.. rows.Values.Select(row => "+ " + row).Order(StringComparer.Ordinal)];
    }

    /// <summary>Cuts a text at blanks, or at another sign, that stand neither in quotes nor in brackets.</summary>
    public static List<string> Words(string text, char separator)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (depth, isQuoted) = (0, false);
        foreach (var sign in text)
        {
            if (sign == '\'')
                isQuoted = !isQuoted;
            else if (!isQuoted && sign is '[' or '(' or '{')
                depth++;
            else if (!isQuoted && sign is ']' or ')' or '}')
                depth--;
            if (sign == separator && depth == 0 && !isQuoted)
            {
                if (word.Length > 0)
                    words.Add(word.ToString());
                word.Clear();
                continue;
            }
            word.Append(sign);
        }
        if (isQuoted)
            throw new FormatException($"a quote is not closed in {text}");
        if (word.Length > 0)
            words.Add(word.ToString());
        return words;
    }

    static string Unquoted(string text) => text is ['\'', .. var inner, '\''] ? inner.Replace("''", "'", StringComparison.Ordinal) : text;

    static string Quoted(string text) => text.Length > 0 && text != "NULL" && text.AsSpan().IndexOfAny(_apart) < 0
        ? text
        : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    // What stands between the outer brackets, cut at the commas between them.
    static List<string> Parts(string text) => text is [_, .. var inner, _] ? Words(inner, ',') : throw new FormatException($"'{text}' has no brackets");

    static ValueList<PlanEntry> ParseEntries(string text, (SqlType Key, SqlType Value) types) =>
        [.. Parts(text).Select(part => part.Split('=', 2)).Select(pair => new PlanEntry(ParseValue(pair[0], types.Key), ParseValue(pair[1], types.Value)))];

    static string FormatEntries(ValueList<PlanEntry> entries, (SqlType Key, SqlType Value) types) =>
        $"{{{string.Join(",", entries.Map(entry => $"{FormatValue(entry.Key, types.Key)}={FormatValue(entry.Value, types.Value)}").Order(StringComparer.Ordinal))}}}";

    static Int128 ParseNanos(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var fraction = point < 0 ? "" : text[(point + 1)..];
        return ((Int128)ParseTimestamp(point < 0 ? text : text[..point]) * 1000) + int.Parse(fraction.PadRight(9, '0'), CultureInfo.InvariantCulture);
    }

    static string FormatNanos(Int128 nanos)
    {
        var rest = (int)(((nanos % 1_000_000_000) + 1_000_000_000) % 1_000_000_000);
        var seconds = FormatTimestamp((long)((nanos - rest) / 1000));
        return rest == 0 ? seconds : $"{seconds}.{rest.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0')}";
    }

    static long ParseTimestamp(string text)
    {
        if (!text.Contains('-', StringComparison.Ordinal))
            text = "1970-01-01T" + text;
        return (DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal) - DateTime.UnixEpoch).Ticks / 10;
    }

    static string FormatTimestamp(long micros)
    {
        var text = new EventTime(micros).ToString();
        return text.StartsWith("1970-01-01T", StringComparison.Ordinal) ? text["1970-01-01T".Length..] : text;
    }

    static object ParseDecimal(string text, DecimalType type)
    {
        var scaled = (Int128)decimal.Parse(text, CultureInfo.InvariantCulture);
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? 0 : text.Length - point - 1;
        scaled = Int128.Parse(text.Replace(".", ""), CultureInfo.InvariantCulture);
        for (; digits < type.Scale; digits++)
            scaled *= 10;
        return type.Layout == ColumnLayout.Int64 ? (object)(long)scaled : scaled;
    }

    static string FormatDecimal(Int128 scaled, DecimalType type)
    {
        var negative = scaled < 0;
        var digits = Int128.Abs(scaled).ToString(CultureInfo.InvariantCulture).PadLeft(type.Scale + 1, '0');
        var text = type.Scale == 0 ? digits : digits[..^type.Scale] + "." + digits[^type.Scale..];
        return negative ? "-" + text : text;
    }
}
