using SqlStream.Core.Types;

namespace SqlStream.Parser.Syntax;

/// <summary>Something that gives rows.</summary>
public abstract record QuerySyntax : SyntaxNode;

/// <summary>SELECT with all its clauses; ORDER BY and LIMIT are an <see cref="OrderedQuery"/> around it. A comma
/// between
/// tables is a cross join.</summary>
public sealed record SelectQuery(ValueList<SelectItem> Items, TableSyntax? From) : QuerySyntax
{
    /// <summary>SELECT DISTINCT.</summary>
    public bool Distinct { get; init; }

    /// <summary>Hints right after SELECT.</summary>
    public ValueList<HintSyntax> Hints { get; init; }

    /// <summary>WHERE.</summary>
    public ExpressionSyntax? Where { get; init; }

    /// <summary>GROUP BY; empty where there is none.</summary>
    public ValueList<GroupItem> GroupBy { get; init; }

    /// <summary>HAVING.</summary>
    public ExpressionSyntax? Having { get; init; }

    /// <summary>WINDOW name AS (...).</summary>
    public ValueList<NamedWindow> Windows { get; init; }

    /// <summary>QUALIFY.</summary>
    public ExpressionSyntax? Qualify { get; init; }
}

/// <summary>One entry between SELECT and FROM.</summary>
public abstract record SelectItem : SyntaxNode;

/// <summary>expression [[AS] alias].</summary>
public sealed record ExpressionItem(ExpressionSyntax Expression, Identifier? Alias) : SelectItem;

/// <summary>* or path.*, where the path names a table or a row column.</summary>
public sealed record StarItem(QualifiedName? Qualifier) : SelectItem;

/// <summary>WINDOW name AS (specification).</summary>
public sealed record NamedWindow(Identifier Name, WindowSpecification Specification) : SyntaxNode;

/// <summary>One entry of GROUP BY.</summary>
public abstract record GroupItem : SyntaxNode;

/// <summary>A plain grouping expression.</summary>
public sealed record GroupExpression(ExpressionSyntax Expression) : GroupItem;

/// <summary>(a, b) or (): a set of expressions that are grouped together.</summary>
public sealed record GroupSet(ValueList<ExpressionSyntax> Expressions) : GroupItem;

/// <summary>GROUPING SETS (...).</summary>
public sealed record GroupingSets(ValueList<GroupItem> Sets) : GroupItem;

/// <summary>ROLLUP (...).</summary>
public sealed record RollupGroup(ValueList<GroupItem> Sets) : GroupItem;

/// <summary>CUBE (...).</summary>
public sealed record CubeGroup(ValueList<GroupItem> Sets) : GroupItem;

/// <summary>left UNION | INTERSECT | EXCEPT [ALL] right. Chains lean to the left.</summary>
public sealed record SetOperation(QuerySyntax Left, SetOperator Operator, bool All, QuerySyntax Right) : QuerySyntax;

/// <summary>The set operators; INTERSECT binds more tightly than the others.</summary>
public enum SetOperator
{
    /// <summary>UNION.</summary>
    Union,

    /// <summary>INTERSECT.</summary>
    Intersect,

    /// <summary>EXCEPT.</summary>
    Except,
}

/// <summary>VALUES (a, b), (c, d). A row without parentheses has one value.</summary>
public sealed record ValuesQuery(ValueList<RowExpression> Rows) : QuerySyntax;

/// <summary>TABLE t as a query.</summary>
public sealed record TableQuery(QualifiedName Table) : QuerySyntax;

/// <summary>WITH name AS (query), ... body.</summary>
public sealed record WithQuery(ValueList<CommonTable> Tables, QuerySyntax Body) : QuerySyntax;

/// <summary>name [(columns)] AS (query).</summary>
public sealed record CommonTable(Identifier Name, ValueList<Identifier> Columns, QuerySyntax Query) : SyntaxNode;

/// <summary>query [ORDER BY ...] [LIMIT n] [OFFSET n] [FETCH FIRST n ROWS ONLY]; FETCH and LIMIT are the
/// same.</summary>
public sealed record OrderedQuery(
    QuerySyntax Query, ValueList<OrderItem> OrderBy, ExpressionSyntax? Offset, ExpressionSyntax? Limit) : QuerySyntax;

/// <summary>expression [ASC | DESC] [NULLS FIRST | NULLS LAST].</summary>
/// <param name="Expression">What to order by.</param>
/// <param name="Descending">DESC.</param>
/// <param name="NullsFirst">Null where not written.</param>
public sealed record OrderItem(ExpressionSyntax Expression, bool Descending, bool? NullsFirst) : SyntaxNode;
