using System.Text;
using SqlStream.Connectors.Formats;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>Numbers and times as the server reads them.</summary>
static class LookupText
{
    /// <summary>The text of a value as plans hold it.</summary>
    public static string Of(object value, SqlType type)
    {
        Span<byte> text = stackalloc byte[64];
        var length = (type, value) switch
        {
            (DecimalType number, long scaled) => DecimalText.Format(scaled, number.Scale, text),
            (DecimalType number, Int128 scaled) => DecimalText.Format(scaled, number.Scale, text),
            ({ Kind: SqlTypeKind.Date }, int days) => TimeText.FormatDate(days, text),
            (TemporalType, long micros) => TimeText.FormatTimestamp(micros, (byte)' ', 6, text),
            _ => throw new EngineBugException($"a value of type {type} has no text"),
        };
        return Encoding.UTF8.GetString(text[..length]);
    }

    /// <summary>The text of a value that is not NULL.</summary>
    public static string Of(Column column, int row, SqlType type)
    {
        Span<byte> text = stackalloc byte[64];
        var length = (type, column) switch
        {
            (DecimalType number, FixedColumn<long> values) => DecimalText.Format(values[row], number.Scale, text),
            (DecimalType number, FixedColumn<Int128> values) => DecimalText.Format(values[row], number.Scale, text),
            ({ Kind: SqlTypeKind.Date }, FixedColumn<int> values) => TimeText.FormatDate(values[row], text),
            ({ Kind: SqlTypeKind.Time }, FixedColumn<int> values) => TimeText.FormatTime(values[row] * 1000L, 3, text),
            (TemporalType, FixedColumn<long> values) => TimeText.FormatTimestamp(values[row], (byte)' ', 6, text),
            (TemporalType, FixedColumn<Int128> values) => TimeText.FormatNanos(values[row], (byte)' ', 9, text),
            _ => throw new EngineBugException($"a key of type {type} has no text"),
        };
        return Encoding.UTF8.GetString(text[..length]);
    }
}
