using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Logical;

/// <summary>One relational operation, without a word on how it runs. Sealed immutable records, equal by
/// value.</summary>
abstract record LogicalNode
{
    Schema? _schema;

    /// <summary>A node whose schema is derived from its parts.</summary>
    protected LogicalNode()
    {
    }

    /// <summary>The parts of the copy may differ, so that its schema is derived anew.</summary>
    protected LogicalNode(LogicalNode original) => Span = original.Span;

    /// <summary>Where the operation stands in the SQL text, for messages; not part of equality.</summary>
    public SourceSpan Span { get; init; } = SourceSpan.None;

    /// <summary>The inputs, in order.</summary>
    public abstract ValueList<LogicalNode> Children { get; }

    /// <summary>The word that names the operation in every layer.</summary>
    public abstract string Stem { get; }

    /// <summary>The names and types of the columns.</summary>
    public Schema Schema => _schema ??= DeriveSchema();

    /// <summary>The expressions of the node, over the columns of its input.</summary>
    public virtual ValueList<BoundExpression> Expressions => [];

    /// <summary>The same operation over other inputs, as many as <see cref="Children"/>.</summary>
    public abstract LogicalNode WithChildren(ValueList<LogicalNode> children);

    /// <summary>The same operation with other expressions, as many as <see cref="Expressions"/>.</summary>
    public virtual LogicalNode WithExpressions(ValueList<BoundExpression> expressions) => this;

    /// <summary>Says what is particular of this operation, without its inputs.</summary>
    public abstract void Describe(PlanWriter writer);

    /// <summary>Compares the kind only; each kind adds its own parts.</summary>
    public virtual bool Equals(LogicalNode? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => Stem.Length;

    /// <inheritdoc/>
    public sealed override string ToString()
    {
        var writer = new PlanWriter();
        Describe(writer);
        return $"{Stem}({writer})";
    }

    /// <summary>Names and types of the columns, from the parts.</summary>
    protected abstract Schema DeriveSchema();
}
