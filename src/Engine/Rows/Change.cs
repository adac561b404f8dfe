using SqlStream.Core.Rows;

namespace SqlStream.Engine.Rows;

/// <summary>One change of the result of a query: a value that is added (+I, +U) or taken away (-U, -D).</summary>
/// <remarks>Adding and taking away in this order gives the result at any moment. A -U comes right before the +U that takes its place where the query
/// gives it at all: results with a key may say only what is there now.</remarks>
/// <typeparam name="T">The type of the value.</typeparam>
/// <param name="Kind">What happens.</param>
/// <param name="Value">The value.</param>
public readonly record struct Change<T>(RowKind Kind, T Value)
{
    /// <summary>The value is taken away.</summary>
    public bool IsRemoval => Kind.IsRetraction();
}
