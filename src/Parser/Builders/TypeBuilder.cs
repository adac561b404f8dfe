using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using static SqlStream.Parser.Builders.SyntaxBuilder;
using static SqlStream.Parser.Generated.SqlStreamParser;
using MapType = SqlStream.Parser.Syntax.MapType;
using RowType = SqlStream.Parser.Syntax.RowType;
using SimpleType = SqlStream.Parser.Syntax.SimpleType;

namespace SqlStream.Parser.Builders;

/// <summary>Data types, interval qualifiers and units of time.</summary>
static class TypeBuilder
{
    const int suffixesMax = 32;

    public static TypeSyntax Build(TypeContext context)
    {
        var built = Primary(context.typePrimary());
        var suffixes = 0;
        for (var i = 1; i < context.ChildCount; i++)
        {
            var child = context.GetChild(i);
            if (child is CollectionSuffixContext suffix)
            {
                if (++suffixes > suffixesMax)
                    throw new SqlException(SyntaxErrors.TooDeep(Span(suffix)));
                built = Has(suffix, ARRAY) ? new ArrayType(built) : new MultisetType(built);
                built = built with { Span = new SourceSpan(context.Start.StartIndex, Span(suffix).End - context.Start.StartIndex) };
            }
            else if (child.GetText().Equals("NOT", StringComparison.OrdinalIgnoreCase))
            {
                built = built with { NotNull = true };
            }
        }
        return built;
    }

    public static IntervalQualifier Qualifier(IntervalQualifierContext context)
    {
        var units = context.timeUnit();
        var arguments = Arguments(context.typeArguments());
        int? fraction = arguments.Count > 1 ? arguments[1] : null;
        if (context.INTEGER_NUMBER() is { } digits)
            fraction = SmallNumber(digits);
        return new IntervalQualifier(
            Unit(units[0]), units.Length > 1 ? Unit(units[1]) : null, arguments.Count > 0 ? arguments[0] : null, fraction)
        {
            Span = Span(context),
        };
    }

    public static TimeUnit Unit(TimeUnitContext context) =>
        TimeUnits.Find(context.GetText())
        ?? throw new SqlException(SyntaxErrors.UndefinedTimeUnit(Span(context), context.GetText()));

    static TypeSyntax Primary(TypePrimaryContext context)
    {
        TypeSyntax built = context switch
        {
            DoubleTypeContext => new SimpleType("DOUBLE", []),
            VarcharTypeContext varchar => new SimpleType("VARCHAR", Arguments(varchar.typeArguments())),
            TimeTypeContext time => Time(time),
            IntervalTypeContext interval => new IntervalType(Qualifier(interval.intervalQualifier())),
            ArrayTypeContext array => new ArrayType(Build(array.type())),
            MultisetTypeContext multiset => new MultisetType(Build(multiset.type())),
            MapTypeContext map => new MapType(Build(map.type(0)), Build(map.type(1))),
            RowTypeContext row => new RowType(Map(row.rowField(), Field)),
            StructuredTypeContext structured => new StructuredType(Text(structured.text()).Value, Map(structured.rowField(), Field)),
            RawTypeContext raw => new RawType(Text(raw.text(0)).Value, Text(raw.text(1)).Value),
            SimpleTypeContext simple => new SimpleType(Canonical(simple.simpleTypeName().GetText()), Arguments(simple.typeArguments())),
            UserTypeContext user => new UserType(Path(user.qualifiedName())),
            _ => throw SyntaxErrors.NoCase(context),
        };
        return built with { Span = Span(context) };
    }

    static SimpleType Time(TimeTypeContext context)
    {
        var arguments = Arguments(context.typeArguments());
        var zoned = context.WITH() is not null;
        if (context.TIMESTAMP() is not null)
            return new SimpleType(!zoned ? "TIMESTAMP" : context.LOCAL() is null ? "TIMESTAMP_TZ" : "TIMESTAMP_LTZ", arguments);
        return zoned
            ? throw new SqlException(SyntaxErrors.NotSupported(Span(context), "TIME WITH TIME ZONE"))
            : new SimpleType("TIME", arguments);
    }

    static RowFieldSyntax Field(RowFieldContext context) =>
        new(Name(context.columnName()), Build(context.type()), context.text() is { } comment ? Text(comment).Value : null)
        {
            Span = Span(context),
        };

    static ValueList<int> Arguments(TypeArgumentsContext? context) =>
        context is null ? [] : Map(context.INTEGER_NUMBER(), SmallNumber);

    static string Canonical(string name) => name.ToUpperInvariant() switch
    {
        "INTEGER" => "INT",
        "DEC" or "NUMERIC" => "DECIMAL",
        "CHARACTER" => "CHAR",
        "REAL" => "FLOAT",
        var canonical => canonical,
    };
}
