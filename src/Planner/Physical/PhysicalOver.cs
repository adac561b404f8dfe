using System.Globalization;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Physical;

/// <summary>When the values of functions with OVER are given.</summary>
public enum OverMode
{
    /// <summary>In the order of time, each row once, when the watermark has passed it; rows that come later are dropped.</summary>
    Time,

    /// <summary>At once, and again whenever they change.</summary>
    Changing,

    /// <summary>At the end of a bounded input.</summary>
    Final,
}

/// <summary>The rows of the input, each with the values of functions that see the rows around it.</summary>
/// <remarks>Changelog: append-only but with <see cref="OverMode.Changing"/>. There, what a batch changes in a partition is given once, after the batch: rows
/// that are gone by -D, values that are others by -U and +U, rows that have come by +I.</remarks>
/// <param name="Input">Partitioned by <paramref name="Partition"/>; single where there is none.</param>
/// <param name="Partition">Columns that make a partition; NULLs are equal.</param>
/// <param name="Order">The order of its rows; rows that it does not tell apart stand as they came.</param>
/// <param name="Calls">The functions, whose columns come behind those of the input. None for rows that are given in the order of time as they are.</param>
/// <param name="Mode">When values are given.</param>
/// <param name="EmitsUpdateBefore">The consumer needs -U rows.</param>
public sealed record PhysicalOver(
    PhysicalNode Input, ValueList<int> Partition, ValueList<SortKey> Order, ValueList<OverCall> Calls, OverMode Mode, bool EmitsUpdateBefore) : PhysicalNode
{
    /// <summary>Table of the rows that wait, or of all rows.</summary>
    public const string RowsTable = "rows";

    /// <summary>Table of the rows that were given and that later ones need.</summary>
    public const string PastTable = "past";

    /// <summary>Table of the accumulators that go on.</summary>
    public const string AccumulatorTable = "acc";

    /// <summary>Table of the accumulator of a call that has no fixed size.</summary>
    public static string BlobTable(int call) => $"blob{call.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>How long the state of a key is kept after it was written last, in milliseconds by the job's clock; zero for ever.</summary>
    public long TtlMillis { get; init; }

    /// <summary>Accumulators that go on and have no fixed size are forgotten after a time: how many chunks they have is kept with the others.</summary>
    public bool CountsChunks => TtlMillis > 0 && BlobCalls.Any();

    /// <summary>Numbers of the calls whose accumulators go on and have no fixed size.</summary>
    public IEnumerable<int> BlobCalls =>
        Enumerable.Range(0, Calls.Count).Where(call => Mode == OverMode.Time && Calls[call] is OverAggregate { GoesOn: true, Aggregate.Call: BlobAggregate });

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => Calls.IsEmpty ? "TimeSort" : "Over";

    /// <inheritdoc/>
    public override StateDescription State => StateTtl.Of(KeptForEver, TtlMillis, Columns(Input.Schema.Select(Partition)), "partitions");

    StateDescription KeptForEver
    {
        get
        {
            var key = Columns(Input.Schema.Select(Partition));
            var row = $"([{string.Join(", ", Order.Select(key => key.Describe(Input.Schema)))}] {Columns(Input.Schema)})";
            if (Mode != OverMode.Time)
                return new StateDescription($"{RowsTable} v1 ({key}) -> {row}", "grows with: rows");
            var need = OverRetention.Of(Calls);
            var past = need.IsEmpty ? "" : $"; {PastTable} v1 ({key}) -> {row}";
            return new StateDescription(
                $"{RowsTable} v1 ({key}) -> {row}{past}; {AccumulatorTable} v1 ({key}) -> (count BIGINT{string.Concat(Calls.OfType<OverAggregate>().Where(call => call.GoesOn).Select(call => $", {call.Aggregate.Call.StateLayout}"))}{(CountsChunks ? ", chunks" : "")})",
                need.All ? "grows with: rows" : need.IsEmpty ? "grows with: distinct keys"
                : need.Values.IsEmpty ? "grows with: distinct keys, and the rows of a frame for each"
                : "grows with: distinct keys, and the rows since a value for each");
        }
    }

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        LogicalOver.Describe(writer, Input.Schema, Partition, Order, Calls);
        StateTtl.Describe(writer, TtlMillis);
        if (Mode != OverMode.Changing)
            writer.Value(Mode == OverMode.Time ? "in time" : "final");
    }

    static string Columns(Schema schema) => string.Join(", ", schema.Fields.Select(column => column.ToDefinition()));
}
