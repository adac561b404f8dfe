using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>Joins two inputs by equal keys; both sides are kept, and each row meets those of the other side whenever it comes.</summary>
/// <remarks>Changelog: a pair comes as +I when its later row comes, and goes as -D with either. A row that is kept without a pair comes beside NULLs
/// and goes when its first pair comes, and again the other way round. NULL is equal to nothing, but for <see cref="NullKeys"/>. Without keys every row meets every other one.</remarks>
/// <param name="Left">Partitioned by its keys; single where there are none.</param>
/// <param name="Right">Partitioned by its keys; single where there are none.</param>
/// <param name="Kind">Which rows come out; not <see cref="JoinType.Right"/>.</param>
/// <param name="LeftKeys">Columns of the left input.</param>
/// <param name="RightKeys">Columns of the right input that must be equal to them, of the same types.</param>
/// <param name="Residual">What a pair must satisfy beside, over the columns of both inputs; null is TRUE.</param>
/// <param name="FinalOnly">Rows without a pair come at the end of bounded inputs only, so that nothing goes again.</param>
public sealed record PhysicalJoin(
    PhysicalNode Left, PhysicalNode Right, JoinType Kind, ValueList<int> LeftKeys, ValueList<int> RightKeys, BoundExpression? Residual, bool FinalOnly)
    : PhysicalNode
{
    /// <summary>Table of the rows of the left input.</summary>
    public const string LeftTable = "left";

    /// <summary>Table of the rows of the right input.</summary>
    public const string RightTable = "right";

    /// <summary>Positions in the keys at which NULL is equal to NULL.</summary>
    public ValueList<int> NullKeys { get; init; } = [];

    /// <summary>How long rows of the left input are kept since they came, in milliseconds; zero for ever.</summary>
    public long LeftTtlMillis { get; init; }

    /// <summary>How long rows of the right input are kept since they came, in milliseconds; zero for ever.</summary>
    public long RightTtlMillis { get; init; }

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Left, Right];

    /// <inheritdoc/>
    public override string Stem => "Join";

    /// <inheritdoc/>
    public override StateDescription State => new(
        $"{Table(LeftTable, Left, LeftKeys)}; {Table(RightTable, Right, RightKeys)}", LeftTtlMillis > 0 && RightTtlMillis > 0 ? "bounded by: rows within their ttl" : "grows with: rows of both inputs");

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Left = children[0], Right = children[1] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        writer.Value(Kind.Describe());
        if (!LeftKeys.IsEmpty)
            writer.List("on", Enumerable.Range(0, LeftKeys.Count).Select(i => $"{Left.Schema[LeftKeys[i]].Name} {(NullKeys.Contains(i) ? "IS NOT DISTINCT FROM" : "=")} {Right.Schema[RightKeys[i]].Name}"));
        if (Residual is not null)
            writer.Field("and", Residual.Describe());
        if (FinalOnly)
            writer.Value("final");
        if (LeftTtlMillis + RightTtlMillis > 0)
            writer.Field("ttl", $"{Ttl(LeftTtlMillis)} and {Ttl(RightTtlMillis)}");
    }

    static string Table(string name, PhysicalNode input, ValueList<int> keys) =>
        $"{name} v1 ({Columns(input.Schema.Select(keys))}) -> ({Columns(input.Schema)})";

    static string Ttl(long millis) => millis == 0 ? "none" : LiteralText.Duration(millis * 1_000);

    static string Columns(Schema schema) => string.Join(", ", schema.Fields.Select(field => field.ToDefinition()));
}
