using SqlStream.Core.Rows;

namespace SqlStream.Testing.Simulation;

/// <summary>The rows of one split, and when the split can be found.</summary>
public sealed record SimSplit(TimeSpan FoundAt, IReadOnlyList<(RowKind Kind, object?[] Values)> Rows);

/// <summary>A table outside of the process: splits in the order in which they can be found. Immutable.</summary>
public sealed record SimTable(IReadOnlyList<SimSplit> Splits);
