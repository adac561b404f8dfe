using System.Text;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Physical;

/// <summary>A call of an aggregate function over the columns of an input. A Calc below computes arguments and
/// filters.</summary>
/// <param name="Function">The function.</param>
/// <param name="Call">The planned call; it can take rows away if the input is not append-only.</param>
/// <param name="Arguments">Columns of the input, of the types of <c>Call.ParameterTypes</c>; none for COUNT(*).</param>
/// <param name="Distinct">Equal argument values count once; NULLs are passed over as without DISTINCT.</param>
/// <param name="Filter">A BOOLEAN column of the input; only rows where it is TRUE count.</param>
/// <param name="Name">The name of the output column; not part of equality.</param>
public sealed record BoundAggregate(
    AggregateFunction Function, AggregateCall Call, ValueList<int> Arguments, bool Distinct, int? Filter, string Name)
{
    /// <summary>The result is the number of the group's rows, which operators keep anyway: it has no state of its own.</summary>
    public bool IsRowCount => Call.CountsRows && !Distinct && Filter is null;

    /// <summary>The call over the names of a schema: <c>SUM(DISTINCT price) FILTER f</c>.</summary>
    public string Describe(Schema input)
    {
        var text = new StringBuilder(Function.Name).Append('(');
        if (Distinct)
            text.Append("DISTINCT ");
        text.Append(Arguments.IsEmpty ? "*" : string.Join(", ", Arguments.Select(index => input[index].Name))).Append(')');
        if (Filter is { } filter)
            text.Append(" FILTER ").Append(input[filter].Name);
        return text.ToString();
    }

    /// <inheritdoc/>
    public bool Equals(BoundAggregate? other) =>
        other is not null && Function.Name == other.Function.Name && Call.ReturnType == other.Call.ReturnType
        && Call.StateLayout == other.Call.StateLayout && Arguments == other.Arguments && Distinct == other.Distinct
        && Filter == other.Filter;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Function.Name, Arguments, Distinct, Filter);
}
