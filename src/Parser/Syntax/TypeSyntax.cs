using SqlStream.Core.Types;

namespace SqlStream.Parser.Syntax;

/// <summary>A data type as written. Types may be null unless <see cref="NotNull"/>.</summary>
public abstract record TypeSyntax : SyntaxNode
{
    /// <summary>True where NOT NULL follows the type.</summary>
    public bool NotNull { get; init; }
}

/// <summary>A built-in type without inner types. The name is canonical and in upper case: BOOLEAN TINYINT SMALLINT INT
/// BIGINT FLOAT DOUBLE DECIMAL CHAR VARCHAR STRING BINARY VARBINARY BYTES DATE TIME TIMESTAMP TIMESTAMP_LTZ
/// TIMESTAMP_TZ
/// NULL VARIANT BITMAP DESCRIPTOR. Synonyms are gone (INTEGER is INT, NUMERIC and DEC are DECIMAL).</summary>
/// <param name="Name">The canonical name.</param>
/// <param name="Arguments">Length, or precision and scale, as far as written.</param>
public sealed record SimpleType(string Name, ValueList<int> Arguments) : TypeSyntax;

/// <summary>A type that is not built in: a name for the catalog to resolve.</summary>
public sealed record UserType(QualifiedName Name) : TypeSyntax;

/// <summary>INTERVAL with its units.</summary>
public sealed record IntervalType(IntervalQualifier Qualifier) : TypeSyntax;

/// <summary>ARRAY&lt;element&gt; or element ARRAY.</summary>
public sealed record ArrayType(TypeSyntax Element) : TypeSyntax;

/// <summary>MULTISET&lt;element&gt;.</summary>
public sealed record MultisetType(TypeSyntax Element) : TypeSyntax;

/// <summary>MAP&lt;key, value&gt;.</summary>
public sealed record MapType(TypeSyntax Key, TypeSyntax Value) : TypeSyntax;

/// <summary>ROW&lt;name type, ...&gt;.</summary>
public sealed record RowType(ValueList<RowFieldSyntax> Fields) : TypeSyntax;

/// <summary>STRUCTURED&lt;'class', name type, ...&gt;.</summary>
public sealed record StructuredType(string ClassName, ValueList<RowFieldSyntax> Fields) : TypeSyntax;

/// <summary>One field of a ROW or STRUCTURED type.</summary>
public sealed record RowFieldSyntax(Identifier Name, TypeSyntax Type, string? Comment) : SyntaxNode;

/// <summary>RAW('class', 'serializer').</summary>
public sealed record RawType(string ClassName, string Serializer) : TypeSyntax;

/// <summary>The units of an interval: one unit, or from a larger to a smaller.</summary>
/// <param name="From">The only or the leading unit.</param>
/// <param name="To">The trailing unit, if any.</param>
/// <param name="Precision">Digits of the leading unit, if written.</param>
/// <param name="FractionalPrecision">Digits after the second, if written.</param>
public sealed record IntervalQualifier(
    TimeUnit From, TimeUnit? To, int? Precision, int? FractionalPrecision) : SyntaxNode;

/// <summary>Units of time in intervals, EXTRACT, FLOOR, CEIL, TIMESTAMPADD and TIMESTAMPDIFF.</summary>
public enum TimeUnit
{
#pragma warning disable CS1591 // The names say it all.
    Nanosecond,
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Decade,
    Century,
    Millennium,
    Epoch,
    DayOfWeek,
    DayOfYear,
    IsoDayOfWeek,
    IsoYear,
#pragma warning restore CS1591
}
