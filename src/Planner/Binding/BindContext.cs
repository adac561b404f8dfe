using System.Collections.Immutable;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>A query of WITH.</summary>
/// <param name="Node">Its rows.</param>
/// <param name="Depth">How many queries there are around it.</param>
sealed record CommonRows(LogicalNode Node, int Depth);

/// <summary>What binders share: where names are looked up, and the errors found so far.</summary>
/// <remarks>Nested contexts (views, WITH) add to the same errors. Not thread-safe; one per statement.</remarks>
sealed class BindContext
{
    const int ErrorsMax = 20;

    readonly List<Diagnostic> _errors;
    readonly List<Diagnostic> _warnings;
    readonly ObjectName? _object;

    /// <summary>The context of a statement.</summary>
    public BindContext(PlannerContext planner)
    {
        _errors = [];
        _warnings = [];
        Planner = planner;
        Folder = new ConstantFolder(planner.Session);
        CurrentCatalog = planner.Catalog.CurrentCatalog;
        CurrentDatabase = planner.Catalog.CurrentDatabase;
        CommonTables = ImmutableDictionary<string, CommonRows>.Empty;
        OpenViews = [];
        Calls = new CallFactory(this);
    }

    BindContext(BindContext outer, ObjectName? @object, SourceSpan? spanOverride)
    {
        _errors = outer._errors;
        _warnings = outer._warnings;
        _object = @object;
        Planner = outer.Planner;
        Folder = outer.Folder;
        CurrentCatalog = outer.CurrentCatalog;
        CurrentDatabase = outer.CurrentDatabase;
        CommonTables = outer.CommonTables;
        OpenViews = outer.OpenViews;
        SpanOverride = spanOverride;
        StateTtls = outer.StateTtls;
        Lookups = outer.Lookups;
        Beside = outer.Beside;
        Calls = new CallFactory(this);
    }

    /// <summary>What the statement depends on.</summary>
    public PlannerContext Planner { get; }

    /// <summary>Evaluates constants.</summary>
    public ConstantFolder Folder { get; }

    /// <summary>Makes typed calls and casts.</summary>
    public CallFactory Calls { get; }

    /// <summary>Where names without a catalog are looked up.</summary>
    public string CurrentCatalog { get; private init; }

    /// <summary>Where names without a database are looked up.</summary>
    public string CurrentDatabase { get; private init; }

    /// <summary>The queries of WITH that are visible here.</summary>
    public ImmutableDictionary<string, CommonRows> CommonTables { get; private init; }

    /// <summary>How long the state of joins and groups is kept, by the names of tables in FROM: the hint STATE_TTL of this query.</summary>
    public ImmutableDictionary<string, TimeSpan> StateTtls { get; private init; } = ImmutableDictionary<string, TimeSpan>.Empty;

    /// <summary>How tables are looked up, by their names in FROM: the hints LOOKUP of this query.</summary>
    public ImmutableDictionary<string, LookupPolicy> Lookups { get; private init; } = ImmutableDictionary<string, LookupPolicy>.Empty;

    /// <summary>The names of the queries around a sub-query, the one directly around first.</summary>
    public ImmutableList<Scope> Around { get; private init; } = [];

    /// <summary>The names of the tables before a sub-query of FROM, which it does not see without LATERAL; for hints.</summary>
    public Scope? Beside { get; private init; }

    /// <summary>The views that are being expanded; one of them must not be expanded again.</summary>
    public ImmutableHashSet<ObjectName> OpenViews { get; private init; }

    /// <summary>Replaces every position: the text of a view or table definition is not the text of the
    /// statement.</summary>
    public SourceSpan? SpanOverride { get; }

    /// <summary>How much was wrong so far.</summary>
    public int ErrorCount => _errors.Count;

    /// <summary>True if something was wrong so far.</summary>
    public bool HasErrors => _errors.Count > 0;

    /// <summary>The context for the query of a view that is used at a position.</summary>
    public BindContext ForView(ViewDefinition view, SourceSpan span) => new(this, view.Name, span)
    {
        CurrentCatalog = view.CurrentCatalog,
        CurrentDatabase = view.CurrentDatabase,
        CommonTables = ImmutableDictionary<string, CommonRows>.Empty,
        OpenViews = OpenViews.Add(view.Name),
        Beside = null,
    };

    /// <summary>The context for the expressions of a table definition that is used at a position.</summary>
    public BindContext ForTable(TableDefinition table, SourceSpan span) => new(this, table.Name, span);

    /// <summary>The context with one more query of WITH.</summary>
    public BindContext WithCommonTable(string name, LogicalNode query) => new(this, _object, SpanOverride)
    {
        CommonTables = CommonTables.SetItem(name, new CommonRows(query, Around.Count)),
        Around = Around,
    };

    /// <summary>The context of a sub-query that may use these names too.</summary>
    public BindContext WithOuter(Scope outer) => new(this, _object, SpanOverride) { Around = Around.Insert(0, outer) };

    /// <summary>The context of a sub-query of FROM behind tables that it does not see.</summary>
    public BindContext WithBeside(Scope tables) => new(this, _object, SpanOverride) { Around = Around, Beside = tables };

    /// <summary>The context of a query without others around it.</summary>
    public BindContext WithoutOuter() => new(this, _object, SpanOverride);

    /// <summary>The context of a query with its hints STATE_TTL and LOOKUP.</summary>
    public BindContext WithHints(ImmutableDictionary<string, TimeSpan> ttls, ImmutableDictionary<string, LookupPolicy> lookups) =>
        ttls.Count + StateTtls.Count + lookups.Count + Lookups.Count == 0
            ? this
            : new(this, _object, SpanOverride) { Around = Around, StateTtls = ttls, Lookups = lookups };

    /// <summary>The position of a node in the text of the statement.</summary>
    public SourceSpan SpanOf(SyntaxNode node) => SpanOverride ?? node.Span;

    /// <summary>Remembers an error; gives up at the twentieth.</summary>
    public void Report(Diagnostic error)
    {
        if (_object is not null)
            error = error with { Span = SpanOverride ?? error.Span, Detail = error.Detail ?? BindErrors.InsideObject(_object) };
        if (!_errors.Exists(known => known.Span == error.Span && known.Message == error.Message))
            _errors.Add(error);
        if (_errors.Count >= ErrorsMax)
            ThrowIfErrors();
    }

    /// <summary>What works, but probably not as it is meant, in the order of positions.</summary>
    public ValueList<Diagnostic> Warnings => [.. _warnings.OrderBy(warning => warning.Span.Start)];

    /// <summary>Remembers a warning. Text that is not that of the statement, as in a view, was warned of when it was written.</summary>
    public void Warn(Diagnostic warning)
    {
        if (SpanOverride is null && _warnings.Count < ErrorsMax && !_warnings.Exists(known => known.Span == warning.Span))
            _warnings.Add(warning);
    }

    /// <summary>Remembers the errors of an exception, moved to a position where they have none in this text.</summary>
    public void Report(SqlException exception, SourceSpan span)
    {
        foreach (var error in exception.Diagnostics)
            Report(error.Span.IsNone ? error with { Span = span } : error);
    }

    /// <summary>Remembers an error and gives the expression that stands for it.</summary>
    public BoundExpression Error(Diagnostic error)
    {
        Report(error);
        return new BoundError { Span = error.Span };
    }

    /// <summary>Raises all errors, in the order of their positions.</summary>
    public void ThrowIfErrors()
    {
        if (_errors.Count > 0)
            throw new SqlException([.. _errors.OrderBy(error => error.Span.Start)]);
    }
}
