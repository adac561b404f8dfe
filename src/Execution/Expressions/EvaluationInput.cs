using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Time;

namespace SqlStream.Execution.Expressions;

/// <summary>The rows over which expressions are evaluated.</summary>
/// <param name="columns">The input columns.</param>
/// <param name="rows">Number of lanes.</param>
/// <param name="active">Lanes whose results count; empty if all do.</param>
/// <param name="pool">Where result buffers come from.</param>
/// <param name="session">Time zone, clock and random source.</param>
/// <param name="watermark">The watermark that the rows come after.</param>
public readonly ref struct EvaluationInput(
    ReadOnlySpan<Column> columns, int rows, ReadOnlySpan<ulong> active, ColumnPool pool, SessionContext session, EventTime? watermark)
{
    /// <summary>The input columns.</summary>
    public ReadOnlySpan<Column> Columns { get; } = columns;

    /// <summary>Number of lanes.</summary>
    public int Rows { get; } = rows;

    /// <summary>Lanes whose results count; empty if all do.</summary>
    public ReadOnlySpan<ulong> Active { get; } = active;

    /// <summary>Where result buffers come from.</summary>
    public ColumnPool Pool { get; } = pool;

    /// <summary>Time zone, clock and random source.</summary>
    public SessionContext Session { get; } = session;

    /// <summary>The watermark that the rows come after; null where there has been none.</summary>
    public EventTime? Watermark { get; } = watermark;

    /// <summary>The same rows with fewer active lanes.</summary>
    public EvaluationInput WithActive(ReadOnlySpan<ulong> active) => new(Columns, Rows, active, Pool, Session, Watermark);
}
