using SqlStream.Core.Connect;
using SqlStream.Core.Functions;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>Tells which splits of a table hold rows that its scans want, from what is the same for all rows of a split: the others need
/// not be read. Thread-safe.</summary>
/// <param name="Predicate">Deterministic, over columns of the table's schema that are of <see cref="ISource.SplitColumns"/>.</param>
/// <param name="Session">What functions depend on; not part of equality.</param>
public sealed record SplitFilter(BoundExpression Predicate, SessionContext Session)
{
    /// <summary>False if no row of a split can satisfy the predicate. Where evaluating it raises an error the split is kept: its rows,
    /// if there are any, will raise it.</summary>
    public bool Keeps(ISource source, SourceSplit split)
    {
        var known = Predicate.RewriteDown(node => node is BoundColumn column ? new BoundLiteral(column.Type, source.SplitValue(split, column.Index)) : null);
        return new ConstantFolder(Session).Fold(known) is not BoundLiteral { Value: null or false };
    }

    /// <inheritdoc/>
    public bool Equals(SplitFilter? other) => other is not null && Predicate.Equals(other.Predicate);

    /// <inheritdoc/>
    public override int GetHashCode() => Predicate.GetHashCode();
}
