namespace SqlStream.Planner.Explain;

/// <summary>A line of EXPLAIN and the lines below it, whatever the stage.</summary>
/// <param name="Text">The node: <c>Calc(a, b)</c>.</param>
/// <param name="Traits">What follows on the same line; empty for none.</param>
/// <param name="Details">Lines under the node, such as its state.</param>
/// <param name="Children">The inputs. A node that stands under several parents (by reference) is written once and
/// referred to.</param>
public sealed record ExplainNode(string Text, string Traits, IReadOnlyList<string> Details, IReadOnlyList<ExplainNode> Children);
