using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Physical;

/// <summary>Keeps the rows of each partition in an order, and gives those whose numbers lie in a range, as they come and go.</summary>
/// <remarks>Changelog: what a batch changes in a partition is given once, after the batch. With ROW_NUMBER and the number among the columns, the row of a
/// number is replaced by -U and +U; a single row of a partition too. Otherwise rows that leave the range go by -D, and then those that enter it come
/// by +I. Over an append-only input no more rows are kept than can come out. In windows (<see cref="Window"/>) the rows of a partition come once, as +I in
/// their order, when the watermark passes the end of the window, and are forgotten then; rows that come later are late: dropped or kept
/// apart (<see cref="LateRows"/>).</remarks>
/// <param name="Input">Partitioned by <paramref name="Partition"/>; single where there is none.</param>
/// <param name="Partition">Columns that make a partition; NULLs are equal.</param>
/// <param name="Order">The order of its rows; rows that it does not tell apart stand as they came, see <paramref name="LaterFirst"/>.</param>
/// <param name="Kind">How they are numbered.</param>
/// <param name="First">The first number, from 1.</param>
/// <param name="Last">The last number.</param>
/// <param name="RankName">The name of the column of the number, which comes last; null for none.</param>
/// <param name="LaterFirst">Of rows that the order does not tell apart the one that came later stands first.</param>
/// <param name="EmitsUpdateBefore">The consumer needs -U rows.</param>
/// <param name="FinalOnly">Emit once, at the end of a bounded input, as inserts, each partition in its order. Not with <paramref name="Window"/>.</param>
/// <param name="Window">The window that a partition lies in; null if there is none.</param>
public sealed record PhysicalTopN(
    PhysicalNode Input, ValueList<int> Partition, ValueList<SortKey> Order, RankKind Kind, long First, long Last, string? RankName, bool LaterFirst,
    bool EmitsUpdateBefore, bool FinalOnly, TopNWindow? Window) : PhysicalNode
{
    /// <summary>Table of the rows.</summary>
    public const string RowsTable = "rows";

    /// <summary>How long the state of a key is kept after it was written last, in milliseconds by the job's clock; zero for ever.</summary>
    public long TtlMillis { get; init; }

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "TopN";

    /// <summary>Each number has one row, or each partition has: rows are replaced by updates.</summary>
    public bool ReplacesRows => Kind == RankKind.RowNumber && (RankName is not null || (First == 1 && Last == 1));

    /// <summary>Rows come once and stay.</summary>
    public bool IsFinal => FinalOnly || Window is not null;

    /// <inheritdoc/>
    public override StateDescription State => StateTtl.Of(KeptForEver, TtlMillis, Columns(Input.Schema.Select(Partition)), "partitions");

    StateDescription KeptForEver => new(
        $"{RowsTable} v1 ({KeyColumns()}) -> ([{string.Join(", ", Order.Select(key => key.Describe(Input.Schema)))}] {Columns(Input.Schema)})",
        Window is not null ? "bounded by: open windows"
        : Input.Changelog.IsAppendOnly ? Last == 1 ? "bounded by: a row of each partition" : FormattableString.Invariant($"bounded by: {Last} rows of each partition") : "grows with: rows");

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        LogicalTopN.Describe(writer, Input.Schema, Partition, Order, Kind, First, Last, RankName);
        if (LaterFirst)
            writer.Value("later first");
        if (FinalOnly)
            writer.Value("final");
        StateTtl.Describe(writer, TtlMillis);
        if (Window is not null)
            writer.Value("in window");
        if (Window is not null && LateRows.AreKept(Input))
            writer.Field("late", "dead-letter");
    }

    string KeyColumns() => Window is null
        ? Columns(Input.Schema.Select(Partition))
        : $"window_end TIMESTAMP(6), {Columns(Input.Schema.Select(Partition))}";

    static string Columns(Schema schema) => string.Join(", ", schema.Fields.Select(field => field.ToDefinition()));
}

/// <summary>The window that each partition of a Top-N lies in.</summary>
/// <param name="End">The column of the window's end.</param>
/// <param name="Times">The columns that tell its time: they carry the watermark of what comes out.</param>
public sealed record TopNWindow(int End, ValueList<int> Times);
