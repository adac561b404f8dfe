using System.Diagnostics;
using SqlStream.Core.Columns;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Operators;

/// <summary>One function with OVER: its values for rows of a partition.</summary>
abstract class OverFunction
{
    /// <summary>Length of the accumulator that goes on from row to row; 0 if it needs none.</summary>
    public virtual int AccumulatorBytes => 0;

    /// <summary>Appends a value for each row from the first one that is asked for.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="accumulator">The accumulator as the rows before left it, zero for none; it is changed.</param>
    /// <param name="result">Where the values go.</param>
    public abstract void Evaluate(OverRows rows, Span<byte> accumulator, ColumnBuilder result);

    /// <summary>The function of a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="goesOn">Accumulators go on from where they were left, where they can.</param>
    public static OverFunction Of(OverCall call, bool goesOn) => call switch
    {
        RankCall rank => new RankFunction(rank.Kind),
        ShareCall share => new ShareFunction(share.IsCumulative),
        TileCall tile => new TileFunction(tile.Parts),
        ShiftCall { IgnoresNulls: true, Distance: not 0 } shift => new ValueShiftFunction(shift),
        ShiftCall shift => new ShiftFunction(shift),
        OverAggregate aggregate => new FrameFunction(aggregate, goesOn),
        _ => throw new UnreachableException($"call {call.GetType().Name} has no function"),
    };
}

/// <summary>ROW_NUMBER, RANK, DENSE_RANK. The accumulator counts the different sort keys.</summary>
sealed class RankFunction(RankKind kind) : OverFunction
{
    public override int AccumulatorBytes => kind == RankKind.DenseRank ? sizeof(long) : 0;

    public override void Evaluate(OverRows rows, Span<byte> accumulator, ColumnBuilder result)
    {
        var numbers = ((FixedColumnBuilder<long>)result).AppendSpan(rows.Count - rows.First);
        var dense = kind == RankKind.DenseRank ? BitConverter.ToInt64(accumulator) : 0;
        for (var row = rows.First; row < rows.Count; row++)
        {
            // Rows of one sort key are given together, so that the first of them is never among those before.
            if (rows.FirstPeer(row) == row)
                dense++;
            numbers[row - rows.First] = kind switch
            {
                RankKind.RowNumber => rows.Before + row + 1,
                RankKind.Rank => rows.Before + rows.FirstPeer(row) + 1,
                _ => dense,
            };
        }
        if (kind == RankKind.DenseRank)
            BitConverter.TryWriteBytes(accumulator, dense);
    }
}

/// <summary>PERCENT_RANK and CUME_DIST, of all rows of a partition.</summary>
sealed class ShareFunction(bool isCumulative) : OverFunction
{
    public override void Evaluate(OverRows rows, Span<byte> accumulator, ColumnBuilder result)
    {
        var shares = ((FixedColumnBuilder<double>)result).AppendSpan(rows.Count);
        for (var row = 0; row < shares.Length; row++)
        {
            shares[row] = isCumulative ? (double)rows.EndOfPeers(row) / rows.Count
                : rows.Count == 1 ? 0 : (double)rows.FirstPeer(row) / (rows.Count - 1);
        }
    }
}

/// <summary>NTILE, of all rows of a partition.</summary>
sealed class TileFunction(long parts) : OverFunction
{
    public override void Evaluate(OverRows rows, Span<byte> accumulator, ColumnBuilder result)
    {
        var numbers = ((FixedColumnBuilder<int>)result).AppendSpan(rows.Count);
        var (size, larger) = (rows.Count / parts, rows.Count % parts);
        var inLarger = larger * (size + 1);
        for (var row = 0; row < numbers.Length; row++)
            numbers[row] = (int)(row < inLarger ? row / (size + 1) : larger + ((row - inLarger) / size)) + 1;
    }
}

/// <summary>LAG and LEAD.</summary>
sealed class ShiftFunction(ShiftCall call) : OverFunction
{
    public override void Evaluate(OverRows rows, Span<byte> accumulator, ColumnBuilder result)
    {
        var argument = rows.Batch[call.Argument];
        for (var row = rows.First; row < rows.Count; row++)
        {
            var other = row + call.Distance;
            if (other >= 0 && other < rows.Count)
                result.AppendFrom(argument, (int)other);
            else if (call.Default is { } value)
                result.AppendFrom(rows.Batch[value], row);
            else
                result.AppendNull();
        }
    }
}

/// <summary>LAG and LEAD that count only rows whose value is not NULL.</summary>
sealed class ValueShiftFunction(ShiftCall call) : OverFunction
{
    int[] _rows = [];

    public override void Evaluate(OverRows rows, Span<byte> accumulator, ColumnBuilder result)
    {
        var argument = rows.Batch[call.Argument];
        if (_rows.Length < rows.Count)
            _rows = new int[Math.Max(rows.Count, _rows.Length * 2)];
        // The rows that count, and how many of them stand before the current one.
        var count = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            if (!argument.IsNull(row))
                _rows[count++] = row;
        }
        var before = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            var isValue = before < count && _rows[before] == row;
            if (row >= rows.First)
                Append(rows, argument, row, call.Distance < 0 ? before + call.Distance : before + call.Distance - (isValue ? 0 : 1), count, result);
            if (isValue)
                before++;
        }
    }

    void Append(OverRows rows, Column argument, int row, long other, int count, ColumnBuilder result)
    {
        if (other >= 0 && other < count)
            result.AppendFrom(argument, _rows[other]);
        else if (call.Default is { } value)
            result.AppendFrom(rows.Batch[value], row);
        else
            result.AppendNull();
    }
}
