using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using LogicalOperator = SqlStream.Planner.Expressions.LogicalOperator;

namespace SqlStream.Planner.Binding;

/// <summary>Where an expression stands, and what that allows.</summary>
/// <param name="Name">For messages: <c>WHERE</c>.</param>
/// <param name="AllowsAggregates">Aggregate functions may be called.</param>
/// <param name="AllowsWindows">Functions may be called with OVER.</param>
sealed record Clause(string Name, bool AllowsAggregates = false, bool AllowsWindows = false)
{
    /// <summary>Aliases of the SELECT list that the clause does not see; for hints.</summary>
    public IReadOnlyCollection<string> HiddenAliases { get; init; } = [];

    /// <summary>The window by which the query groups, of which expressions may tell; null where they may not.</summary>
    public GroupWindow? Window { get; init; }
}

/// <summary>Expressions as written to typed expressions over the columns of a scope.</summary>
sealed class ExpressionBinder
{
    const int DepthMax = 1_000;

    readonly BindContext _context;
    readonly LiteralBinder _literals;
    readonly PredicateBinder _predicates;
    readonly FunctionCallBinder _calls;
    readonly NestedBinder _nested;
    int _depth;

    /// <summary>A binder for the expressions of one clause.</summary>
    public ExpressionBinder(BindContext context, Scope scope, Clause clause)
    {
        _context = context;
        Scope = scope;
        Clause = clause;
        _literals = new LiteralBinder(context);
        _predicates = new PredicateBinder(context, this);
        _calls = new FunctionCallBinder(context, this);
        _nested = new NestedBinder(context, this);
    }

    /// <summary>The names that are visible.</summary>
    public Scope Scope { get; }

    /// <summary>Where the expressions stand.</summary>
    public Clause Clause { get; }

    /// <summary>Sub-queries over tables may stand in the expressions: whoever binds them joins them by a <see cref="SubqueryPlacer"/>.</summary>
    public bool AllowsSubqueries { get; init; }

    /// <summary>The windows that the query has named.</summary>
    public ValueList<NamedWindow> Windows { get; init; }

    /// <summary>A binder for what stands inside of OVER.</summary>
    public ExpressionBinder InsideOver() => new(_context, Scope, Clause with { Name = "OVER", AllowsWindows = false }) { AllowsSubqueries = AllowsSubqueries };

    /// <summary>A binder for an aggregate with OVER, whose arguments may be aggregates of groups.</summary>
    public ExpressionBinder AsAggregate() => new(_context, Scope, Clause with { AllowsAggregates = true }) { AllowsAggregatesInside = Clause.AllowsAggregates, AllowsSubqueries = AllowsSubqueries };

    /// <summary>Aggregates may stand inside of the one that is bound: it is one over groups.</summary>
    public bool AllowsAggregatesInside { get; private init; }

    CallFactory Calls => _context.Calls;

    /// <summary>The typed expression, or one that stands for an error that has been reported.</summary>
    public BoundExpression Bind(ExpressionSyntax syntax)
    {
        if (++_depth > DepthMax)
            throw new SqlException(BindErrors.TooDeep(_context.SpanOf(syntax), DepthMax));
        var bound = BindNode(syntax);
        _depth--;
        return bound;
    }

    /// <summary>A BOOLEAN expression; <paramref name="place"/> names it in messages.</summary>
    public BoundExpression BindCondition(ExpressionSyntax syntax, string place) => Calls.Condition(Bind(syntax), place);

    /// <summary>Several expressions, in order.</summary>
    public ValueList<BoundExpression> BindAll(IEnumerable<ExpressionSyntax> expressions) => [.. expressions.Select(Bind)];

    BoundExpression BindNode(ExpressionSyntax syntax)
    {
        var span = _context.SpanOf(syntax);
        switch (syntax)
        {
            case LiteralSyntax literal:
                return _literals.Bind(literal);
            case NameExpression name:
                return new NameBinder(_context, Scope, Clause).Bind(name);
            case BinaryExpression binary:
                return Binary(binary);
            case UnaryExpression unary:
                return Unary(unary, span);
            case Parser.Syntax.LogicalExpression logical:
                return Logical(logical, span);
            case BetweenExpression between:
                return _predicates.Between(between, span);
            case InListExpression inList:
                return _predicates.InList(inList, span);
            case LikeExpression like:
                return _predicates.Like(like, span);
            case IsExpression test:
                return _predicates.Is(test, span);
            case DistinctFromExpression distinct:
                return Calls.Operator(
                    distinct.Negated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM", span, [Bind(distinct.Left), Bind(distinct.Right)]);
            case InQueryExpression inQuery:
                return new SubqueryBinder(_context, this).In(inQuery, span);
            case QuantifiedExpression quantified:
                return new SubqueryBinder(_context, this).Quantified(quantified, span);
            case ExistsExpression exists:
                return new SubqueryBinder(_context, this).Exists(exists, span);
            case SubqueryExpression subquery:
                return new SubqueryBinder(_context, this).Scalar(subquery, span);
            case CaseExpression @case:
                return new CaseBinder(_context, this).Case(@case, span);
            case CastExpression cast:
                return Cast(cast, span);
            case FunctionCall call:
                return _calls.Bind(call, span);
            case RowExpression row:
                return Calls.Operator("ROW()", span, BindAll(row.Values));
            case ArrayExpression array:
                return _nested.Array(array, span);
            case MapExpression map:
                return _nested.Map(map, span);
            case SubscriptExpression subscript:
                return Calls.Operator("[]", span, [Bind(subscript.Operand), Bind(subscript.Index)]);
            case FieldAccessExpression access:
                return _nested.Field(Bind(access.Operand), access.Field, span);
            case JsonExistsExpression exists:
                return new JsonBinder(_context, this).Exists(exists, span);
            case JsonValueExpression value:
                return new JsonBinder(_context, this).Value(value, span);
            case JsonQueryExpression query:
                return new JsonBinder(_context, this).Query(query, span);
            default:
                return _context.Error(BindErrors.NotSupported(span, Unsupported(syntax)));
        }
    }

    // Chains lean to the left and may be long: the left operands are bound in a loop, not by recursion.
    BoundExpression Binary(BinaryExpression chain)
    {
        var links = new Stack<BinaryExpression>();
        ExpressionSyntax leftmost = chain;
        while (leftmost is BinaryExpression link)
        {
            links.Push(link);
            leftmost = link.Left;
        }
        if (_depth + links.Count > DepthMax)
            throw new SqlException(BindErrors.TooDeep(_context.SpanOf(chain), DepthMax));
        // The operands of OVERLAPS are pairs, which are no values.
        var left = links.Peek().Operator == BinaryOperator.Overlaps ? null : Bind(leftmost);
        while (links.TryPop(out var link))
        {
            var span = _context.SpanOf(link);
            left = link.Operator == BinaryOperator.Overlaps
                ? _predicates.Overlaps(link.Left, link.Right, span)
                : Operator(link, span, left!);
        }
        return left!;
    }

    BoundExpression Operator(BinaryExpression link, SourceSpan span, BoundExpression left)
    {
        var right = Bind(link.Right);
        var isComparison = link.Operator is BinaryOperator.Equal or BinaryOperator.NotEqual or BinaryOperator.Less or BinaryOperator.LessOrEqual
            or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual;
        if (isComparison && (left.Type.Kind == SqlTypeKind.Null || right.Type.Kind == SqlTypeKind.Null))
            _context.Warn(BindErrors.ComparedWithNull(span, Symbol(link.Operator)));
        return Calls.Operator(Symbol(link.Operator), span, [left, right]);
    }

    BoundExpression Unary(UnaryExpression unary, SourceSpan span)
    {
        // The digits of the smallest BIGINT are one too large for a positive one.
        if (unary is { Operator: UnaryOperator.Minus, Operand: IntegerLiteral literal })
            return LiteralBinder.Integer(-literal.Value, span);
        var operand = Bind(unary.Operand);
        switch (unary.Operator)
        {
            case UnaryOperator.Not:
                return Calls.Operator("NOT", span, [Calls.Condition(operand, "NOT")]);
            case UnaryOperator.Minus:
                return Calls.Operator("NEGATE", span, [operand]);
            default:
                return operand is BoundError || operand.Type.IsNumeric || operand.Type.IsInterval
                    ? operand
                    : _context.Error(BindErrors.OperatorMismatch(span, "+", [operand]));
        }
    }

    BoundExpression Logical(Parser.Syntax.LogicalExpression logical, SourceSpan span)
    {
        var isAnd = logical.Operator == Parser.Syntax.LogicalOperator.And;
        var operands = logical.Operands.Map(operand => BindCondition(operand, isAnd ? "AND" : "OR"));
        return CallFactory.ErrorAmong(operands)
            ?? new BoundLogical(isAnd ? LogicalOperator.And : LogicalOperator.Or, operands) { Span = span };
    }

    BoundExpression Cast(CastExpression cast, SourceSpan span)
    {
        var operand = Bind(cast.Operand);
        return new TypeBinder(_context).Bind(cast.Type) is { } type
            ? Calls.ExplicitCast(operand, type, cast.Try, span)
            : new BoundError { Span = span };
    }

    /// <summary>The function that an operator is called by.</summary>
    public static string Symbol(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Modulo => "%",
        BinaryOperator.Concat => "||",
        BinaryOperator.Equal => "=",
        BinaryOperator.NotEqual => "<>",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        _ => throw new UnreachableException($"operator {@operator} has no symbol"),
    };

    static string Unsupported(ExpressionSyntax syntax) => syntax switch
    {
        DescriptorExpression => "DESCRIPTOR outside of a table function",
        TableArgumentExpression => "TABLE argument outside of a table function",
        MeasureSemanticsExpression => "RUNNING or FINAL",
        TimeUnitExpression => "unit of time as a value",
        SymbolExpression => "keyword as a value",
        _ => throw new UnreachableException($"expression {syntax.GetType().Name} has no binding"),
    };
}
