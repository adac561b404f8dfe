using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>Gives each row of the left input beside the version that the row of the right one with its key had at its time.</summary>
/// <remarks>Changelog: append-only; the left input must be. A left row waits until the watermark says that all versions up to its time are there; one that comes
/// later is dropped and counted. Of the right input +I and +U begin a version at their time, and -D ends it. The watermark is held back by a second.</remarks>
/// <param name="Left">Partitioned by its keys.</param>
/// <param name="Right">Partitioned by its keys.</param>
/// <param name="Kind">Inner or left.</param>
/// <param name="LeftKeys">Columns of the left input.</param>
/// <param name="RightKeys">The primary key of the right input.</param>
/// <param name="LeftTime">The rowtime column of the left input.</param>
/// <param name="RightTime">The rowtime column of the right input.</param>
public sealed record PhysicalTemporalJoin(
    PhysicalNode Left, PhysicalNode Right, JoinType Kind, ValueList<int> LeftKeys, ValueList<int> RightKeys, int LeftTime, int RightTime) : PhysicalNode
{
    /// <summary>Table of left rows that wait, by slices of time.</summary>
    public const string LeftTable = "left";

    /// <summary>Table of the versions of right rows.</summary>
    public const string RightTable = "versions";

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Left, Right];

    /// <inheritdoc/>
    public override string Stem => "TemporalJoin";

    /// <inheritdoc/>
    public override StateDescription State => new(
        $"{LeftTable} v1 ({Columns([Left.Schema[LeftTime], .. Left.Schema.Select(LeftKeys).Fields])}) -> ({Columns(Left.Schema.Fields)}); "
        + $"{RightTable} v1 ({Columns(Right.Schema.Select(RightKeys).Fields)}) -> ({Columns(Right.Schema.Fields)})",
        "grows with: keys of the right input");

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Left = children[0], Right = children[1] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        writer.Value(Kind.Describe());
        writer.List("on", Enumerable.Range(0, LeftKeys.Count).Select(i => $"{Left.Schema[LeftKeys[i]].Name} = {Right.Schema[RightKeys[i]].Name}"));
        writer.Field("as of", Left.Schema[LeftTime].Name);
        writer.Field("versions by", Right.Schema[RightTime].Name);
    }

    static string Columns(IEnumerable<Field> fields) => string.Join(", ", fields.Select(field => field.ToDefinition()));
}
