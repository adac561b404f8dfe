using SqlStream.Core.Connect;
using SqlStream.Core.Functions;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>Tells from the values of a few columns of a table whether its scans want rows with them: of what is the same for all rows of a
/// split (<see cref="ISource.SplitColumns"/>), so that others need not be read, or of single rows (<see cref="ISource.FilterColumns"/>).
/// Thread-safe.</summary>
/// <param name="Predicate">Deterministic, over such columns of the table's schema.</param>
/// <param name="Session">What functions depend on; not part of equality.</param>
public sealed record ScanFilter(BoundExpression Predicate, SessionContext Session) : IRowFilter
{
    /// <summary>False if no such row can satisfy the predicate. Where evaluating it raises an error the rows are kept: they will raise it,
    /// if there are any.</summary>
    public bool Keeps(Func<int, object?> valueOf)
    {
        var known = Predicate.RewriteDown(node => node is BoundColumn column ? new BoundLiteral(column.Type, valueOf(column.Index)) : null);
        return new ConstantFolder(Session).Fold(known) is not BoundLiteral { Value: null or false };
    }

    /// <inheritdoc/>
    public bool Equals(ScanFilter? other) => other is not null && Predicate.Equals(other.Predicate);

    /// <inheritdoc/>
    public override int GetHashCode() => Predicate.GetHashCode();
}
