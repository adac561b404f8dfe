using System.Diagnostics;
using System.Globalization;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using Int128 = System.Int128;

namespace SqlStream.Planner.Binding;

/// <summary>Written values to typed ones. All are NOT NULL but NULL itself.</summary>
sealed class LiteralBinder(BindContext context)
{
    const int FractionDigitsMax = 9;
    const int MicrosDigits = 6;

    /// <summary>The literal, or an error where its text is no value of its type.</summary>
    public BoundExpression Bind(LiteralSyntax syntax)
    {
        var span = context.SpanOf(syntax);
        return syntax switch
        {
            IntegerLiteral integer => Integer(integer.Value, span),
            DecimalLiteral number => Decimal(number, span),
            DoubleLiteral number => NotNull(SqlType.Double, number.Value, span),
            StringLiteral text => NotNull(SqlType.Char(CodePoints(text.Value)), text.Value, span),
            BinaryLiteral binary => Binary(binary.HexDigits, span),
            BooleanLiteral flag => NotNull(SqlType.Boolean, flag.Value, span),
            NullLiteral => new BoundLiteral(SqlType.Null, null) { Span = span },
            DateLiteral date => Date(date.Text, span),
            TimeLiteral time => Time(time.Text, span),
            TimestampLiteral timestamp => Timestamp(timestamp.Text, span),
            IntervalLiteral interval => Interval(interval, span),
            _ => throw new UnreachableException($"literal {syntax.GetType().Name} has no binding"),
        };
    }

    /// <summary>An integer has the smallest type that holds it of INT, BIGINT and DECIMAL.</summary>
    public static BoundExpression Integer(Int128 value, SourceSpan span)
    {
        if (value >= int.MinValue && value <= int.MaxValue)
            return NotNull(SqlType.Int, (int)value, span);
        if (value >= long.MinValue && value <= long.MaxValue)
            return NotNull(SqlType.BigInt, (long)value, span);
        return NotNull(SqlType.Decimal(Digits(value), 0), value, span);
    }

    /// <summary>True for the units of which an interval counts months.</summary>
    public static bool IsMonths(TimeUnit unit) => unit is TimeUnit.Month or TimeUnit.Quarter or TimeUnit.Year
        or TimeUnit.Decade or TimeUnit.Century or TimeUnit.Millennium;

    static BoundLiteral NotNull(SqlType type, object value, SourceSpan span) =>
        new(type.WithNullability(false), value) { Span = span };

    static BoundLiteral Decimal(DecimalLiteral literal, SourceSpan span)
    {
        // The zero before the point counts: 0.908 is DECIMAL(4, 3).
        var precision = Math.Min(DecimalType.PrecisionMax, Math.Max(Digits(literal.Unscaled), literal.Scale + 1));
        var type = SqlType.Decimal(precision, Math.Min(literal.Scale, precision));
        object value = type.Layout == ColumnLayout.Int64 ? (object)(long)literal.Unscaled : literal.Unscaled;
        return NotNull(type, value, span);
    }

    static int Digits(Int128 value) => Int128.Abs(value).ToString(CultureInfo.InvariantCulture).Length;

    static int CodePoints(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }

    BoundLiteral Binary(string hexDigits, SourceSpan span)
    {
        var bytes = Convert.FromHexString(hexDigits);
        return NotNull(new StringType(SqlTypeKind.Binary, bytes.Length), ValueList.Create<byte>(bytes), span);
    }

    BoundExpression Date(string text, SourceSpan span)
    {
        if (!DateOnly.TryParseExact(text, "yyyy-M-d", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return context.Error(BindErrors.InvalidLiteral(span, "DATE", text, "DATE 'yyyy-mm-dd'"));
        return NotNull(SqlType.Date, date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber, span);
    }

    BoundExpression Time(string text, SourceSpan span)
    {
        var (clock, fraction) = SplitFraction(text);
        if (fraction is null || !TimeOnly.TryParseExact(clock, "H:m:s", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return context.Error(BindErrors.InvalidLiteral(span, "TIME", text, "TIME 'hh:mm:ss'"));
        if (fraction.TrimEnd('0').Length > 3)
            return context.Error(BindErrors.NotSupported(span, "TIME with more than 3 fraction digits"));
        var millis = (int)(time.Ticks / TimeSpan.TicksPerMillisecond) + (int)(Micros(fraction) / 1000);
        return NotNull(SqlType.Time(Math.Min(3, fraction.Length)), millis, span);
    }

    BoundExpression Timestamp(string text, SourceSpan span)
    {
        var (clock, fraction) = SplitFraction(text);
        ReadOnlySpan<string> forms = ["yyyy-M-d H:m:s", "yyyy-M-d'T'H:m:s", "yyyy-M-d H:m", "yyyy-M-d"];
        foreach (var form in forms)
        {
            if (fraction is null || !DateTime.TryParseExact(clock, form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
                continue;
            if (fraction.TrimEnd('0').Length > FractionDigitsMax)
                return context.Error(BindErrors.NotSupported(span, "TIMESTAMP with more than 9 fraction digits"));
            var type = (TemporalType)SqlType.Timestamp(Math.Min(FractionDigitsMax, fraction.Length));
            var micros = ((time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond) + Micros(fraction);
            return NotNull(type, type.IsNanos ? (object)(((Int128)micros * 1000) + Nanos(fraction)) : micros, span);
        }
        return context.Error(BindErrors.InvalidLiteral(span, "TIMESTAMP", text, "TIMESTAMP 'yyyy-mm-dd hh:mm:ss'"));
    }

    BoundExpression Interval(IntervalLiteral literal, SourceSpan span)
    {
        var (from, to) = (literal.Qualifier.From, literal.Qualifier.To);
        if (from == TimeUnit.Nanosecond)
            return context.Error(BindErrors.NotSupported(span, "INTERVAL in nanoseconds"));
        if (IntervalText.Parse(literal.Text, from, to) is not { } amount)
            return context.Error(BindErrors.InvalidLiteral(span, "INTERVAL " + Units(from, to), literal.Text, IntervalText.Form(from, to)));
        if (literal.Negative)
            amount = -amount;
        if (IsMonths(from))
        {
            return amount >= int.MinValue && amount <= int.MaxValue
                ? NotNull(SqlType.IntervalYearMonth, (int)amount, span)
                : context.Error(BindErrors.LiteralOutOfRange(span, "INTERVAL", literal.Text));
        }
        return amount >= long.MinValue && amount <= long.MaxValue
            ? NotNull(SqlType.IntervalDaySecond, (long)amount, span)
            : context.Error(BindErrors.LiteralOutOfRange(span, "INTERVAL", literal.Text));
    }

    static string Units(TimeUnit from, TimeUnit? to) =>
        (to is null ? $"{from}" : $"{from} TO {to}").ToUpperInvariant();

    /// <summary>What stands before the point, and the digits after it; null where they are no digits.</summary>
    static (string Head, string? Fraction) SplitFraction(string text)
    {
        text = text.Trim();
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
            return (text, "");
        var fraction = text[(point + 1)..];
        return (text[..point], fraction.Length > 0 && fraction.All(char.IsAsciiDigit) ? fraction : null);
    }

    static long Micros(string fraction)
    {
        var digits = fraction.Length > MicrosDigits ? fraction[..MicrosDigits] : fraction.PadRight(MicrosDigits, '0');
        return long.Parse(digits, CultureInfo.InvariantCulture);
    }

    // What is left after the microseconds.
    static int Nanos(string fraction) =>
        int.Parse(fraction.PadRight(FractionDigitsMax, '0')[MicrosDigits..FractionDigitsMax], CultureInfo.InvariantCulture);
}
