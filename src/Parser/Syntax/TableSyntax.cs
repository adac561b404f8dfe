using SqlStream.Core.Types;

namespace SqlStream.Parser.Syntax;

/// <summary>Something that stands after FROM or JOIN.</summary>
public abstract record TableSyntax : SyntaxNode;

/// <summary>[AS] name [(columns)].</summary>
public sealed record TableAlias(Identifier Name, ValueList<Identifier> Columns) : SyntaxNode;

/// <summary>A table, view or common table by its name.</summary>
public sealed record NamedTable(QualifiedName Name, TableAlias? Alias) : TableSyntax
{
    /// <summary>Hints after the name, such as OPTIONS.</summary>
    public ValueList<HintSyntax> Hints { get; init; }

    /// <summary>FOR SYSTEM_TIME AS OF expression.</summary>
    public ExpressionSyntax? SystemTime { get; init; }
}

/// <summary>[LATERAL] (query) alias.</summary>
public sealed record DerivedTable(QuerySyntax Query, bool Lateral, TableAlias? Alias) : TableSyntax;

/// <summary>A call in FROM: window functions and table functions, with or without TABLE(...) around it.</summary>
public sealed record FunctionTable(FunctionCall Call, bool Lateral, bool WithOrdinality, TableAlias? Alias) : TableSyntax;

/// <summary>UNNEST(a, b) [WITH ORDINALITY] alias.</summary>
public sealed record UnnestTable(
    ValueList<ExpressionSyntax> Collections, bool WithOrdinality, TableAlias? Alias) : TableSyntax;

/// <summary>left JOIN right. At most one of On, Using, Natural says how.</summary>
public sealed record JoinTable(TableSyntax Left, JoinKind Kind, TableSyntax Right, ExpressionSyntax? On) : TableSyntax
{
    /// <summary>USING (columns).</summary>
    public ValueList<Identifier> Using { get; init; }

    /// <summary>NATURAL.</summary>
    public bool Natural { get; init; }
}

/// <summary>The kinds of joins that can be written.</summary>
public enum JoinKind
{
    /// <summary>[INNER] JOIN.</summary>
    Inner,

    /// <summary>LEFT [OUTER] JOIN.</summary>
    Left,

    /// <summary>RIGHT [OUTER] JOIN.</summary>
    Right,

    /// <summary>FULL [OUTER] JOIN.</summary>
    Full,

    /// <summary>CROSS JOIN, or a comma.</summary>
    Cross,
}

/// <summary>table MATCH_RECOGNIZE (...).</summary>
public sealed record MatchRecognizeTable(
    TableSyntax Input, PatternSyntax Pattern, ValueList<PatternDefinition> Definitions) : TableSyntax
{
    /// <summary>PARTITION BY.</summary>
    public ValueList<ExpressionSyntax> PartitionBy { get; init; }

    /// <summary>ORDER BY.</summary>
    public ValueList<OrderItem> OrderBy { get; init; }

    /// <summary>MEASURES; each has an alias.</summary>
    public ValueList<ExpressionItem> Measures { get; init; }

    /// <summary>ALL ROWS PER MATCH; otherwise one row.</summary>
    public bool AllRowsPerMatch { get; init; }

    /// <summary>AFTER MATCH SKIP; null where not written.</summary>
    public MatchSkip? Skip { get; init; }

    /// <summary>WITHIN interval.</summary>
    public ExpressionSyntax? Within { get; init; }

    /// <summary>SUBSET name = (variables).</summary>
    public ValueList<PatternSubset> Subsets { get; init; }

    /// <summary>The alias of the result.</summary>
    public TableAlias? Alias { get; init; }
}

/// <summary>Where matching goes on after a match; a variable only for TO FIRST and TO LAST.</summary>
public sealed record MatchSkip(MatchSkipKind Kind, Identifier? Variable) : SyntaxNode;

/// <summary>The kinds of <see cref="MatchSkip"/>.</summary>
public enum MatchSkipKind
{
    /// <summary>SKIP PAST LAST ROW.</summary>
    PastLastRow,

    /// <summary>SKIP TO NEXT ROW.</summary>
    ToNextRow,

    /// <summary>SKIP TO FIRST variable.</summary>
    ToFirst,

    /// <summary>SKIP TO [LAST] variable.</summary>
    ToLast,
}

/// <summary>DEFINE variable AS condition.</summary>
public sealed record PatternDefinition(Identifier Variable, ExpressionSyntax Condition) : SyntaxNode;

/// <summary>SUBSET name = (variables).</summary>
public sealed record PatternSubset(Identifier Name, ValueList<Identifier> Variables) : SyntaxNode;

/// <summary>A row pattern.</summary>
public abstract record PatternSyntax : SyntaxNode;

/// <summary>One pattern variable.</summary>
public sealed record PatternVariable(Identifier Name) : PatternSyntax;

/// <summary>Patterns one after the other.</summary>
public sealed record PatternSequence(ValueList<PatternSyntax> Parts) : PatternSyntax;

/// <summary>One of several patterns.</summary>
public sealed record PatternAlternation(ValueList<PatternSyntax> Choices) : PatternSyntax;

/// <summary>PERMUTE(a, b): the patterns in any order.</summary>
public sealed record PatternPermutation(ValueList<PatternSyntax> Parts) : PatternSyntax;

/// <summary>{- pattern -}: matched and left out of the result.</summary>
public sealed record PatternExclusion(PatternSyntax Pattern) : PatternSyntax;

/// <summary>^ or $: the beginning or the end of the partition.</summary>
public sealed record PatternAnchor(bool End) : PatternSyntax;

/// <summary>A pattern several times; no maximum means without bound.</summary>
public sealed record PatternRepetition(PatternSyntax Pattern, int Min, int? Max, bool Reluctant) : PatternSyntax;
