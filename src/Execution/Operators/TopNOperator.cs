using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;

namespace SqlStream.Execution.Operators;

/// <summary>The first rows of each partition in an order, as rows come and go.</summary>
/// <remarks>Changelog: <see cref="PhysicalTopN"/>; +U is taken as +I and -U as -D. The rows in the range before and after the rows of a batch are
/// compared, partition by partition. A row that comes behind the end of a full list over an append-only input is dropped at once.</remarks>
sealed class TopNOperator(OperatorContext context, PhysicalTopN plan)
    : SortedPartitionsOperator(context, plan, PhysicalTopN.RowsTable, plan.Partition, plan.Order, plan.FinalOnly, plan.TtlMillis)
{
    readonly RankedRows _before = new(plan.Kind, plan.First, plan.Last);
    readonly RankedRows _after = new(plan.Kind, plan.First, plan.Last);
    readonly bool _dropsRows = plan.Input.Changelog.IsAppendOnly;
    readonly bool _keepsFirst = plan.Input.Changelog.IsAppendOnly && plan.Kind == RankKind.RowNumber;
    readonly ByteBuffer _best = new();
    readonly List<Change> _insertions = [];

    public override string Name => "TopN";

    protected override void ReadFinal()
    {
        _after.Read(Lists);
        for (var i = 0; i < _after.Count; i++)
            Changes.Add(new Change(RowKind.Insert, IsAfter: true, i));
    }

    protected override void Apply(Batch batch, int first)
    {
        var isRead = false;
        var keepsOne = _keepsFirst && plan.Last == 1;
        for (var i = keepsOne ? Best(first) : first; i >= 0; i = keepsOne ? -1 : Next(i))
        {
            var sortKey = SortKey(i);
            var comes = Comes(batch, i);
            if (comes && _dropsRows && IsBehindAll(sortKey))
                continue;
            if (!isRead && !IsFinal)
                _before.Read(Lists);
            isRead = true;
            // What is not there any more cannot go; nothing was said of it.
            if (comes)
                Lists.Insert(sortKey, Row(batch, i), plan.LaterFirst);
            else
                Lists.TryRemove(sortKey, Row(batch, i));
            if (_keepsFirst)
                Lists.Truncate(plan.Last);
        }
        // Of rows that are numbered the list holds no more than are wanted already.
        if (!isRead || (IsFinal && (!_dropsRows || _keepsFirst)))
            return;
        Lists.Rewind();
        _after.Read(Lists);
        if (_dropsRows)
            Lists.Truncate(_after.Kept);
        if (IsFinal)
            return;
        if (plan.ReplacesRows)
            Replace();
        else
            Compare();
    }

    protected override void Append(ReadOnlySpan<ColumnBuilder> columns, Change change)
    {
        var rows = change.IsAfter ? _after : _before;
        if (plan.RankName is null)
        {
            KeyEncoder.Decode(rows.Row(change.Index), columns);
            return;
        }
        KeyEncoder.Decode(rows.Row(change.Index), columns[..^1]);
        ((FixedColumnBuilder<long>)columns[^1]).Append(rows.Rank(change.Index));
    }

    // Of rows that come together only the one that stands first can be it.
    int Best(int first)
    {
        if (Next(first) < 0)
            return first;
        var best = first;
        Note(first);
        for (var i = Next(first); i >= 0; i = Next(i))
        {
            var order = SortKey(i).SequenceCompareTo(_best.Written);
            if (order > 0 || (order == 0 && !plan.LaterFirst))
                continue;
            best = i;
            Note(i);
        }
        return best;
    }

    void Note(int row)
    {
        _best.Clear();
        _best.Append(SortKey(row));
    }

    // Nothing of an append-only input goes, so that what stands behind the range stays there.
    bool IsBehindAll(ReadOnlySpan<byte> sortKey) =>
        plan.Kind != RankKind.DenseRank && Lists.IsFullBefore(sortKey, plan.Last, strictly: plan.LaterFirst || plan.Kind == RankKind.Rank);

    // Row by row: each number has one row.
    void Replace()
    {
        for (var i = 0; i < Math.Max(_before.Count, _after.Count); i++)
        {
            if (i >= _after.Count)
            {
                Changes.Add(new Change(RowKind.Delete, IsAfter: false, i));
            }
            else if (i >= _before.Count)
            {
                Changes.Add(new Change(RowKind.Insert, IsAfter: true, i));
            }
            else if (!_before.Row(i).SequenceEqual(_after.Row(i)))
            {
                if (plan.EmitsUpdateBefore)
                    Changes.Add(new Change(RowKind.UpdateBefore, IsAfter: false, i));
                Changes.Add(new Change(RowKind.UpdateAfter, IsAfter: true, i));
            }
        }
    }

    // Both are in the same order: what is on one side alone has gone or come. What goes is said before what comes, which may be the same row
    // with another number, or another version of it.
    void Compare()
    {
        _insertions.Clear();
        var (i, j) = (0, 0);
        while (i < _before.Count || j < _after.Count)
        {
            var order = i == _before.Count ? 1 : j == _after.Count ? -1 : _before.SortKey(i).SequenceCompareTo(_after.SortKey(j));
            if (order == 0 && _before.Row(i).SequenceEqual(_after.Row(j)))
            {
                if (plan.RankName is not null && _before.Rank(i) != _after.Rank(j))
                {
                    Changes.Add(new Change(RowKind.Delete, IsAfter: false, i));
                    _insertions.Add(new Change(RowKind.Insert, IsAfter: true, j));
                }
                i++;
                j++;
            }
            else if (order < 0 || (order == 0 && !plan.LaterFirst))
            {
                Changes.Add(new Change(RowKind.Delete, IsAfter: false, i++));
            }
            else
            {
                _insertions.Add(new Change(RowKind.Insert, IsAfter: true, j++));
            }
        }
        Changes.AddRange(_insertions);
    }
}
