using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Execution;

namespace SqlStream.Engine.Results;

/// <summary>What a statement gives.</summary>
public abstract record StatementResult
{
    /// <summary>What works, but probably not as it is meant; positions are those of the text.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];
}

/// <summary>It was carried out; notices may say more.</summary>
/// <param name="Notices">Lines for people.</param>
public sealed record DoneResult(IReadOnlyList<string> Notices) : StatementResult
{
    /// <summary>Nothing more to say.</summary>
    public static DoneResult Ok { get; } = new([]);
}

/// <summary>A short table, complete: SHOW, DESCRIBE, CHECKPOINT.</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Rows">The rows (see <see cref="Core.Columns.PlanValue"/>).</param>
public sealed record TableResult(Schema Columns, IReadOnlyList<IReadOnlyList<object?>> Rows) : StatementResult;

/// <summary>Text as it stands: EXPLAIN.</summary>
/// <param name="Text">The text.</param>
public sealed record TextResult(string Text) : StatementResult;

/// <summary>The rows of a query, on their way.</summary>
/// <param name="Job">The job that computes them; dispose it to end it.</param>
/// <param name="IsUpdating">Rows come with kinds other than +I.</param>
/// <param name="IsBounded">It ends by itself, since all that it reads does.</param>
public sealed record QueryResult(Job Job, bool IsUpdating, bool IsBounded) : StatementResult;

/// <summary>A job was started, or there was nothing left to do for it.</summary>
/// <param name="Job">The job; null if an earlier run has finished it.</param>
/// <param name="Notice">A line for people.</param>
public sealed record JobResult(Job? Job, string Notice) : StatementResult;
