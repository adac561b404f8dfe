using SqlStream.Core.Types;

namespace SqlStream.Planner.Physical;

/// <summary>One column of an order.</summary>
/// <param name="Column">Position of the column in the input.</param>
/// <param name="Descending">The greatest value comes first.</param>
/// <param name="NullsFirst">NULL comes before all values; where nothing is written, NULL counts as the lowest value.</param>
public sealed record SortKey(int Column, bool Descending, bool NullsFirst)
{
    /// <summary><c>price DESC NULLS LAST</c>; what goes without saying is left out.</summary>
    public string Describe(Schema input)
    {
        var text = Descending ? $"{input[Column].Name} DESC" : input[Column].Name;
        return NullsFirst == !Descending ? text : $"{text} NULLS {(NullsFirst ? "FIRST" : "LAST")}";
    }
}
