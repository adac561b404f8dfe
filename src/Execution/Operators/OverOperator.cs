using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Operators;

/// <summary>Functions with OVER over rows that come in any order and may go: all rows of a partition are kept, and their values are given again when
/// they change, or at the end.</summary>
/// <remarks>Changelog: <see cref="PhysicalOver"/>; +U is taken as +I and -U as -D. The values of a partition are computed once for the changes of a
/// batch, before and after them.</remarks>
sealed class OverOperator(OperatorContext context, PhysicalOver plan)
    : SortedPartitionsOperator(context, plan, PhysicalOver.RowsTable, plan.Partition, plan.Order, plan.Mode == OverMode.Final, plan.TtlMillis)
{
    readonly BatchBuilder? _gathers = plan.Mode == OverMode.Final ? null : new BatchBuilder(plan.Input.Schema, context.Pool);
    readonly OverValues _before = new(context, plan);
    readonly OverValues _after = new(context, plan);
    readonly List<Change> _insertions = [];

    public override string Name => "Over";

    public override BatchBuilder? Gathers => _gathers;

    public override void Dispose()
    {
        _gathers?.Dispose();
        _before.Dispose();
        _after.Dispose();
        base.Dispose();
    }

    protected override void ReadFinal()
    {
        Evaluate(_after);
        for (var i = 0; i < _after.Rows.Count; i++)
            Changes.Add(new Change(RowKind.Insert, IsAfter: true, i));
    }

    protected override void Apply(Batch batch, int first)
    {
        if (!IsFinal)
            Evaluate(_before);
        for (var i = first; i >= 0; i = Next(i))
        {
            // What is not there any more cannot go; nothing was said of it.
            if (Comes(batch, i))
                Lists.Insert(SortKey(i), Row(batch, i), before: false);
            else
                Lists.TryRemove(SortKey(i), Row(batch, i));
        }
        if (IsFinal)
            return;
        Lists.Rewind();
        Evaluate(_after);
        Compare();
    }

    protected override void Append(ReadOnlySpan<ColumnBuilder> columns, Change change) => (change.IsAfter ? _after : _before).AppendTo(columns, change.Index);

    void Evaluate(OverValues values)
    {
        values.Rows.Clear();
        values.Rows.AddAll(Lists);
        values.Rows.Complete();
        values.Evaluate();
        if (!IsFinal)
            values.Encode();
    }

    // Both are in the same order. What goes is said before what comes, which may be another version of the same row.
    void Compare()
    {
        _insertions.Clear();
        var (i, j) = (0, 0);
        var (before, after) = (_before.Rows, _after.Rows);
        while (i < before.Count || j < after.Count)
        {
            var order = i == before.Count ? 1 : j == after.Count ? -1 : before.SortKey(i).SequenceCompareTo(after.SortKey(j));
            if (order == 0 && before.Row(i).SequenceEqual(after.Row(j)))
            {
                if (!_before.Encoded(i).SequenceEqual(_after.Encoded(j)))
                {
                    if (plan.EmitsUpdateBefore)
                        _insertions.Add(new Change(RowKind.UpdateBefore, IsAfter: false, i));
                    _insertions.Add(new Change(RowKind.UpdateAfter, IsAfter: true, j));
                }
                i++;
                j++;
            }
            else if (order <= 0)
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
