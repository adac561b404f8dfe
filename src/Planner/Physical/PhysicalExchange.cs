using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>Routes rows between tasks: an edge, not an operator.</summary>
/// <param name="Input">The input.</param>
/// <param name="Kind">How rows find their subtask.</param>
/// <param name="Keys">The columns whose hash decides; empty for <see cref="ExchangeKind.Single"/>.</param>
public sealed record PhysicalExchange(PhysicalNode Input, ExchangeKind Kind, ValueList<int> Keys) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "Exchange";

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        if (Kind == ExchangeKind.Single)
            writer.Value("single");
        else
            writer.List("hash", Keys.Select(key => Input.Schema[key].Name));
    }
}

/// <summary>How an exchange routes rows.</summary>
public enum ExchangeKind
{
    /// <summary>By the key group of the key columns.</summary>
    Hash,

    /// <summary>All rows to one subtask.</summary>
    Single,
}
