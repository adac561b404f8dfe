using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlType = SqlStream.Core.Types.SqlType;
using Syntax = SqlStream.Parser.Syntax;

namespace SqlStream.Planner.Binding;

/// <summary>Data types as written to SQL types.</summary>
sealed class TypeBinder(BindContext context)
{
    const int TimestampPrecisionDefault = 6;
    const int DecimalPrecisionDefault = 10;

    /// <summary>The type, or null after reporting why there is none.</summary>
    public SqlType? Bind(TypeSyntax syntax)
    {
        var span = context.SpanOf(syntax);
        var type = syntax switch
        {
            Syntax.SimpleType simple => Simple(simple, span),
            Syntax.IntervalType interval => Interval(interval.Qualifier),
            Syntax.ArrayType array => Bind(array.Element) is { } element ? SqlType.Array(element) : null,
            Syntax.MultisetType multiset => Bind(multiset.Element) is { } element ? SqlType.Multiset(element) : null,
            Syntax.MapType map => Map(map),
            Syntax.RowType row => Row(row, span),
            Syntax.RawType => NotSupported(span, "type RAW"),
            Syntax.StructuredType => NotSupported(span, "type STRUCTURED"),
            Syntax.UserType user => Report(BindErrors.UndefinedType(span, user.Name.ToString())),
            _ => throw new UnreachableException($"type {syntax.GetType().Name} has no binding"),
        };
        return syntax.NotNull ? type?.WithNullability(false) : type;
    }

    SqlType? Simple(Syntax.SimpleType syntax, SourceSpan span) => syntax.Name switch
    {
        "BOOLEAN" => SqlType.Boolean,
        "TINYINT" => SqlType.TinyInt,
        "SMALLINT" => SqlType.SmallInt,
        "INT" => SqlType.Int,
        "BIGINT" => SqlType.BigInt,
        "FLOAT" => SqlType.Float,
        "DOUBLE" => SqlType.Double,
        "DATE" => SqlType.Date,
        "STRING" => SqlType.String,
        "BYTES" => SqlType.Bytes,
        "DECIMAL" => Decimal(syntax, span),
        "CHAR" => Length(syntax, span, SqlTypeKind.Char, 1),
        "VARCHAR" => Length(syntax, span, SqlTypeKind.Varchar, SqlType.LengthMax),
        "BINARY" => Length(syntax, span, SqlTypeKind.Binary, 1),
        "VARBINARY" => Length(syntax, span, SqlTypeKind.Varbinary, SqlType.LengthMax),
        "TIME" => Temporal(syntax, span, SqlTypeKind.Time, 0),
        "TIMESTAMP" => Temporal(syntax, span, SqlTypeKind.Timestamp, TimestampPrecisionDefault),
        "TIMESTAMP_LTZ" => Temporal(syntax, span, SqlTypeKind.TimestampLtz, TimestampPrecisionDefault),
        _ => NotSupported(span, $"type {syntax.Name}"),
    };

    // Both are bound, so that all that is wrong is reported.
    SqlType? Map(Syntax.MapType syntax)
    {
        var key = Bind(syntax.Key);
        var value = Bind(syntax.Value);
        if (key is null || value is null)
            return null;
        return key.HasMap ? Report(BindErrors.MapAsKey(context.SpanOf(syntax.Key), "a key of MAP", key)) : SqlType.Map(key, value);
    }

    SqlType? Row(Syntax.RowType syntax, SourceSpan span)
    {
        if (syntax.Fields.IsEmpty)
            return NotSupported(span, "type ROW without fields");
        var fields = new List<Field>();
        foreach (var item in syntax.Fields)
        {
            if (fields.Exists(known => known.Name == item.Name.Text))
                Report(BindErrors.DuplicateField(context.SpanOf(item), item.Name.Text));
            else if (Bind(item.Type) is { } type)
                fields.Add(new Field(item.Name.Text, type));
        }
        return fields.Count == syntax.Fields.Count ? SqlType.Row([.. fields]) : null;
    }

    static SqlType Interval(IntervalQualifier qualifier) =>
        LiteralBinder.IsMonths(qualifier.From) ? SqlType.IntervalYearMonth : SqlType.IntervalDaySecond;

    SqlType? Decimal(Syntax.SimpleType syntax, SourceSpan span)
    {
        var precision = syntax.Arguments.Count > 0 ? syntax.Arguments[0] : DecimalPrecisionDefault;
        var scale = syntax.Arguments.Count > 1 ? syntax.Arguments[1] : 0;
        if (precision is < 1 or > DecimalType.PrecisionMax)
            return Report(BindErrors.TypeArgument(
                span, $"precision of DECIMAL must be from 1 to {DecimalType.PrecisionMax}, not {precision}"));
        if (scale < 0 || scale > precision)
            return Report(BindErrors.TypeArgument(span, $"scale of DECIMAL must be from 0 to its precision {precision}, not {scale}"));
        return SqlType.Decimal(precision, scale);
    }

    SqlType? Length(Syntax.SimpleType syntax, SourceSpan span, SqlTypeKind kind, int fallback)
    {
        var length = syntax.Arguments.Count > 0 ? syntax.Arguments[0] : fallback;
        return length < 1
            ? Report(BindErrors.TypeArgument(span, $"length of {syntax.Name} must be at least 1, not {length}"))
            : new StringType(kind, length);
    }

    SqlType? Temporal(Syntax.SimpleType syntax, SourceSpan span, SqlTypeKind kind, int fallback)
    {
        var precision = syntax.Arguments.Count > 0 ? syntax.Arguments[0] : fallback;
        if (precision is < 0 or > 9)
            return Report(BindErrors.TypeArgument(span, $"precision of {syntax.Name} must be from 0 to 9, not {precision}"));
        return new TemporalType(kind, precision);
    }

    SqlType? NotSupported(SourceSpan span, string what) => Report(BindErrors.NotSupported(span, what));

    SqlType? Report(Diagnostic error)
    {
        context.Report(error);
        return null;
    }
}
