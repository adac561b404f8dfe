using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Guards;

/// <summary>Checks the kinds of rows: only those that the node's changelog allows, and in a retract stream -U directly before its +U.</summary>
/// <remarks>An exchange may send the halves of an update to two subtasks, so that nothing is said of pairs behind one, until an operator
/// makes pairs anew. A source may end a batch between the halves.</remarks>
sealed class ChangelogGuard
{
    readonly ChangelogMode _mode;
    readonly PairRule _pairs;

    public ChangelogGuard(PhysicalNode node)
    {
        _mode = node.Changelog;
        _pairs = _mode.HasUpdateBefore && _mode.HasUpdateAfter ? PairsOf(node) : PairRule.None;
    }

    /// <summary>What is wrong, or null.</summary>
    public string? Check(Batch batch)
    {
        if (batch.IsInsertOnly)
            return null;
        RowKind? before = null;
        for (var i = 0; i < batch.Rows; i++)
        {
            var kind = batch.Kind(batch.StoredRow(i));
            if (!_mode.Contains(kind))
                return $"a row {kind.Symbol()} comes in a stream that is {_mode}";
            if (_pairs != PairRule.None && BreaksPair(before, kind))
                return $"a row {kind.Symbol()} comes after {before?.Symbol() ?? "the beginning of a batch"}";
            before = kind;
        }
        return before == RowKind.UpdateBefore && _pairs == PairRule.WithinBatch ? "a batch ends with -U" : null;
    }

    bool BreaksPair(RowKind? before, RowKind kind)
    {
        if (before is null)
            return kind == RowKind.UpdateAfter && _pairs == PairRule.WithinBatch;
        return (before == RowKind.UpdateBefore) != (kind == RowKind.UpdateAfter);
    }

    static PairRule PairsOf(PhysicalNode node) => node switch
    {
        PhysicalGroupAggregate or PhysicalChangelogNormalize => PairRule.WithinBatch,
        PhysicalScan => PairRule.AcrossBatches,
        PhysicalCalc or PhysicalWatermarkAssigner or PhysicalCollect => PairsOf(node.Children[0]),
        _ => PairRule.None,
    };

    enum PairRule
    {
        /// <summary>Halves come in any order.</summary>
        None,

        /// <summary>A batch may end or begin between two halves.</summary>
        AcrossBatches,

        /// <summary>Both halves are in one batch.</summary>
        WithinBatch,
    }
}
