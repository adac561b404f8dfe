using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using MapType = SqlStream.Parser.Syntax.MapType;
using RowType = SqlStream.Parser.Syntax.RowType;
using SimpleType = SqlStream.Parser.Syntax.SimpleType;

namespace SqlStream.Parser.Tests.Generation;

/// <summary>Random syntax trees such as the parser could have built: from a seed, and with less and less in them the
/// deeper they get.</summary>
sealed class SyntaxGenerator(int seed)
{
    static readonly string[] s_names = ["a", "b", "price", "Order_1", "select", "timestamp", "value", "x y", "tick`s", "größe", "final", "permute", "json_value"];
    static readonly string[] s_texts = ["", "x", "it's", "a--b", "/*", "ÄÖ", "${A}", "line\nbreak", ";"];

    readonly Random _random = new(seed);

    public bool Chance(int percent) => _random.Next(100) < percent;

    public int Number(int below) => _random.Next(below);

    public T One<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];

    public T Any<T>()
        where T : struct, Enum => One<T>(Enum.GetValues<T>());

    public T? Maybe<T>(Func<T> make)
        where T : class => Chance(40) ? make() : null;

    /// <summary>Some items: from <paramref name="least"/> to two more.</summary>
    public ValueList<T> Some<T>(int least, Func<T> make) => Enumerable.Range(0, least + Number(3)).Select(_ => make()).ToValueList();

    public string TextValue() => One<string>(s_texts);

    public StringLiteral Text() => new(TextValue());

    public Identifier Name() => new(One<string>(s_names));

    public QualifiedName Path(int most) => new(Enumerable.Range(0, 1 + Number(most)).Select(_ => Name()).ToValueList());

    public ValueList<Identifier> Names(int least) => Some(least, Name);

    public ValueList<OptionSyntax> Options(int least) => Some(least, () => new OptionSyntax(Text(), Text()));

    public ValueList<HintSyntax> Hints() => Chance(70) ? [] : Some(1, () => new HintSyntax(
        new Identifier(One("OPTIONS", "LOOKUP", "STATE_TTL", "BROADCAST")), Some(0, () => new HintArgument(Maybe(TextValue), TextValue()))));

    public TypeSyntax Type(int depth)
    {
        TypeSyntax type = depth <= 0 ? Simple() : Number(9) switch
        {
            0 => new ArrayType(Type(depth - 1)),
            1 => new MultisetType(Type(depth - 1)),
            2 => new MapType(Type(depth - 1), Type(depth - 1)),
            3 => new RowType(Some(0, () => Field(depth - 1))),
            4 => new StructuredType(TextValue(), Some(0, () => Field(depth - 1))),
            5 => new RawType(TextValue(), TextValue()),
            6 => new UserType(new QualifiedName([new Identifier("my"), .. Path(2).Parts])),
            7 => new IntervalType(Qualifier()),
            _ => Simple(),
        };
        return type with { NotNull = Chance(30) };
    }

    public IntervalQualifier Qualifier()
    {
        int? precision = Chance(30) ? Number(10) : null;
        if (Chance(50))
            return new IntervalQualifier(TimeUnit.Day, TimeUnit.Second, precision, Chance(30) ? Number(10) : null);
        return new IntervalQualifier(One(TimeUnit.Year, TimeUnit.Month, TimeUnit.Hour), null, precision, null);
    }

    SimpleType Simple() => Number(4) switch
    {
        0 => new SimpleType("DECIMAL", Chance(50) ? [10, 2] : []),
        1 => new SimpleType(One("VARCHAR", "CHAR", "VARBINARY", "TIMESTAMP", "TIME", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"), Chance(50) ? [3] : []),
        _ => new SimpleType(One("BOOLEAN", "TINYINT", "INT", "BIGINT", "DOUBLE", "FLOAT", "STRING", "BYTES", "DATE", "NULL", "VARIANT", "BITMAP"), []),
    };

    RowFieldSyntax Field(int depth) => new(Name(), Type(depth), Maybe(TextValue));
}
