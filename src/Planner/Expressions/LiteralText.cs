using System.Globalization;
using System.Numerics;
using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Time;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Expressions;

/// <summary>Writes plan-time values for EXPLAIN: short, exact, and the same on every machine.</summary>
static class LiteralText
{
    const long MicrosPerSecond = 1_000_000;

    /// <summary>The text of a value of a type; null is NULL.</summary>
    public static string Of(SqlType type, object? value) => value switch
    {
        null => "NULL",
        bool flag => flag ? "TRUE" : "FALSE",
        string text => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'",
        ValueList<byte> bytes => "X'" + Convert.ToHexString(bytes.AsSpan()) + "'",
        ValueList<object?> items when type is RowType row =>
            $"ROW({string.Join(", ", Enumerable.Range(0, items.Count).Select(i => Of(row.Fields[i].Type, items[i])))})",
        ValueList<object?> items => $"ARRAY[{string.Join(", ", items.Map(item => Of(((CollectionType)type).Element, item)))}]",
        ValueList<PlanEntry> entries => Entries(type, entries),
        float number => number.ToString("R", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        int days when type.Kind == SqlTypeKind.Date => DateText(days),
        int millis when type.Kind == SqlTypeKind.Time => TimeText(millis),
        int months when type.Kind == SqlTypeKind.IntervalYearMonth => months.ToString(CultureInfo.InvariantCulture) + "mon",
        long micros when type.IsTimestamp => new EventTime(micros).ToString(),
        Int128 nanos when type.IsTimestamp => NanosText(nanos),
        long micros when type.Kind == SqlTypeKind.IntervalDaySecond => Duration(micros),
        _ when type is DecimalType { Scale: > 0 } number => Scaled(ToInt128(value), number.Scale),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>A duration in the largest unit that divides it, or its parts: <c>10s</c>, <c>1d</c>, <c>1m
    /// 30s</c>.</summary>
    public static string Duration(long micros)
    {
        if (micros == 0)
            return "0s";
        var text = new StringBuilder();
        var rest = UInt128.Zero + (micros < 0 ? (UInt128)(-(Int128)micros) : (UInt128)micros);
        ReadOnlySpan<(long Micros, string Unit)> units =
        [
            (86_400 * MicrosPerSecond, "d"), (3_600 * MicrosPerSecond, "h"), (60 * MicrosPerSecond, "m"),
            (MicrosPerSecond, "s"), (1_000, "ms"), (1, "us"),
        ];
        foreach (var (size, unit) in units)
        {
            var count = rest / (UInt128)size;
            if (count == 0)
                continue;
            if (text.Length > 0)
                text.Append(' ');
            text.Append(count).Append(unit);
            rest -= count * (UInt128)size;
        }
        return micros < 0 ? "-" + text : text.ToString();
    }

    static string Entries(SqlType type, ValueList<PlanEntry> entries)
    {
        var (key, value) = MapColumn.EntryTypes(type);
        var name = type.Kind == SqlTypeKind.Map ? "MAP" : "MULTISET";
        return $"{name}[{string.Join(", ", entries.Map(entry => $"{Of(key, entry.Key)}, {Of(value, entry.Value)}"))}]";
    }

    static string NanosText(Int128 nanos)
    {
        var rest = (nanos % 1_000_000_000 + 1_000_000_000) % 1_000_000_000;
        var seconds = new EventTime((long)((nanos - rest) / 1000)).ToString();
        return rest == 0 ? seconds : $"{seconds}.{((long)rest).ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0')}";
    }

    static Int128 ToInt128(object value) => value is Int128 wide ? wide : (long)value;

    static string Scaled(Int128 value, int scale)
    {
        var digits = BigInteger.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (Int128.IsNegative(value) ? "-" : "") + digits[..^scale] + "." + digits[^scale..];
    }

    static string DateText(int days) =>
        DateOnly.FromDayNumber(days + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber)
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string TimeText(int millis) =>
        new TimeOnly(millis * TimeSpan.TicksPerMillisecond).ToString("HH:mm:ss.FFF", CultureInfo.InvariantCulture).TrimEnd('.');
}
