using System.Text;
using SqlStream.Connectors.Formats;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>Numbers and times of a plan as the server reads them.</summary>
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
}
