namespace SqlStream.State.Checkpoints;

/// <summary>The physical plan of a job in machine-readable form. Field by field: docs/mechanisms/state-format.md.</summary>
/// <param name="Version">Version of this form; tools skip what they do not know of the same version.</param>
/// <param name="Operators">All operators, inputs before their consumers.</param>
public sealed record ManifestPlan(int Version, IReadOnlyList<ManifestPlanOperator> Operators)
{
    /// <summary>The version that this engine writes, and the newest it understands.</summary>
    public const int CurrentVersion = 1;
}

/// <summary>One operator of a plan. Expressions are SQL text over the names of the input's columns.</summary>
public sealed record ManifestPlanOperator
{
    /// <summary>Stable id, as in <see cref="ManifestOperator.Id"/>.</summary>
    public required string Id { get; init; }

    /// <summary>What it does: <c>Scan</c>, <c>Calc</c>, <c>GroupAggregate</c> and so on.</summary>
    public required string Kind { get; init; }

    /// <summary>Ids of the operators whose rows it takes.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>The columns of its output.</summary>
    public IReadOnlyList<ManifestColumn> Columns { get; init; } = [];

    /// <summary>Changes that the output consists of, such as <c>+I -U +U -D</c>.</summary>
    public string? Changelog { get; init; }

    /// <summary>Digest of the operator with everything below it; equal where nothing has changed.</summary>
    public required string Digest { get; init; }

    /// <summary>The table that a scan reads or a sink writes.</summary>
    public string? Table { get; init; }

    /// <summary>Identity of a sink.</summary>
    public string? SinkId { get; init; }

    /// <summary>Computed columns, in the order of <see cref="Columns"/>.</summary>
    public IReadOnlyList<string>? Expressions { get; init; }

    /// <summary>Condition of a filter.</summary>
    public string? Condition { get; init; }

    /// <summary>Names of the columns that make a key: of groups, of an exchange, of a table.</summary>
    public IReadOnlyList<string>? Keys { get; init; }

    /// <summary>Aggregates, in the order of their accumulators.</summary>
    public IReadOnlyList<ManifestAggregate>? Aggregates { get; init; }

    /// <summary>Windows, such as <c>tumble 10s on ts</c>.</summary>
    public string? Window { get; init; }

    /// <summary>The column that a watermark stands for.</summary>
    public string? Rowtime { get; init; }

    /// <summary>How an exchange routes rows: <c>hash</c> or <c>single</c>.</summary>
    public string? Exchange { get; init; }

    /// <summary>True if rows are given at the end of a bounded input only.</summary>
    public bool? Final { get; init; }

    /// <summary>Names of its state tables, as in <see cref="ManifestOperator.Tables"/>.</summary>
    public IReadOnlyList<string>? StateTables { get; init; }
}

/// <summary>A column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its SQL type.</param>
public sealed record ManifestColumn(string Name, string Type);

/// <summary>An aggregate of an operator.</summary>
/// <param name="Function">The function.</param>
/// <param name="Text">The call, over the names of the input's columns.</param>
/// <param name="Origin">What it is called on, by the origin of its columns: tells it from others when the plan has changed.</param>
/// <param name="Types">Types of its arguments.</param>
/// <param name="Result">Type of its result.</param>
/// <param name="Layout">Layout of its accumulator.</param>
/// <param name="Bytes">Bytes of its accumulator within the value of a group; 0 where it has a table instead.</param>
/// <param name="DistinctTable">Table of the values that were counted, for DISTINCT.</param>
/// <param name="ValueTable">Table of its values, where their size is not fixed.</param>
public sealed record ManifestAggregate(
    string Function, string Text, string Origin, IReadOnlyList<string> Types, string Result, string Layout, int Bytes,
    string? DistinctTable = null, string? ValueTable = null);
