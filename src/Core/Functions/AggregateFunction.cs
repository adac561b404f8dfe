using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Core.Functions;

/// <summary>A function from many values to one. Built-in and user functions use this same interface.</summary>
public abstract class AggregateFunction
{
    /// <summary>The name in upper case.</summary>
    public abstract string Name { get; }

    /// <summary>The signatures for people, one a line.</summary>
    public abstract string Signature { get; }

    /// <summary>Plans a call, or returns null if the arguments do not fit.</summary>
    /// <param name="arguments">The argument types; empty for COUNT(*).</param>
    /// <param name="retracting">True if the input takes rows away too; the planned call must then be able to.</param>
    public abstract AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting);
}

/// <summary>A planned call of an aggregate function: its types and how its accumulator works. Either a
/// <see cref="FixedAggregate"/> or a <see cref="BlobAggregate"/>.</summary>
public abstract class AggregateCall
{
    /// <summary>The types to which the arguments are cast.</summary>
    public required IReadOnlyList<SqlType> ParameterTypes { get; init; }

    /// <summary>The type of the result; nullable where a group without values gives NULL.</summary>
    public required SqlType ReturnType { get; init; }

    /// <summary>It counts rows, as COUNT(*) does. Operators count the rows of a group anyway: without DISTINCT and FILTER the call needs no
    /// accumulator of its own, and its result changes with every row that is added.</summary>
    public bool CountsRows { get; init; }

    /// <summary>Names the accumulator's layout in state signatures and EXPLAIN, such as <c>count BIGINT, sum DECIMAL(38, 0)</c>.
    /// Equal text means that stored accumulators can be read.</summary>
    public required string StateLayout { get; init; }
}

/// <summary>The rows of one batch as an aggregate sees them.</summary>
/// <remarks>Row i belongs to the accumulator that begins at <c>Memory[Offsets[i] + stateOffset]</c>. A negative offset
/// means that the row counts for no group (late, filtered).</remarks>
public readonly ref struct AccumulatorRows
{
    /// <summary>Describes the rows of a batch.</summary>
    public AccumulatorRows(Span<byte> memory, ReadOnlySpan<int> offsets, ReadOnlySpan<int> rows, ReadOnlySpan<RowKind> kinds)
    {
        Memory = memory;
        Offsets = offsets;
        Rows = rows;
        Kinds = kinds;
    }

    /// <summary>The memory of the accumulators.</summary>
    public Span<byte> Memory { get; }

    /// <summary>For entry j the start of its group's accumulators in <see cref="Memory"/>, or a negative number.</summary>
    public ReadOnlySpan<int> Offsets { get; }

    /// <summary>For entry j the number of its row in the columns; empty if entry j is row j.</summary>
    public ReadOnlySpan<int> Rows { get; }

    /// <summary>The kinds of the stored rows (by row number); empty if all are inserts.</summary>
    public ReadOnlySpan<RowKind> Kinds { get; }

    /// <summary>Number of entries.</summary>
    public int Count => Offsets.Length;
}

/// <summary>An aggregate whose accumulator has a fixed number of bytes; all zero is the empty accumulator.</summary>
public abstract class FixedAggregate : AggregateCall
{
    /// <summary>Size of the accumulator in bytes, a multiple of 8.</summary>
    public abstract int StateBytes { get; }

    /// <summary>False where the order of rows matters, so that windows must not be put together from slices of time.</summary>
    public virtual bool IsMergeable => true;

    /// <summary>Adds (or, for -U and -D rows, takes away) the rows of a batch. NULL arguments are passed over where SQL says so.</summary>
    public abstract void Accumulate(AccumulatorRows rows, int stateOffset, ReadOnlySpan<Column> arguments);

    /// <summary>Adds one accumulator to another: both of <see cref="StateBytes"/> bytes.</summary>
    public abstract void Merge(Span<byte> target, ReadOnlySpan<byte> source);

    /// <summary>Adds many accumulators to others: that at <c>sourceMemory[sources[i] + stateOffset]</c> to that at
    /// <c>targetMemory[targets[i] + stateOffset]</c>, one after the other.</summary>
    public virtual void Merge(Span<byte> targetMemory, ReadOnlySpan<int> targets, ReadOnlySpan<byte> sourceMemory, ReadOnlySpan<int> sources, int stateOffset)
    {
        var length = StateBytes;
        for (var i = 0; i < targets.Length; i++)
            Merge(targetMemory.Slice(targets[i] + stateOffset, length), sourceMemory.Slice(sources[i] + stateOffset, length));
    }

    /// <summary>True where what <see cref="Merge(Span{byte}, ReadOnlySpan{byte})"/> added can be taken away again without a trace: sums of integers, not
    /// extremes, and not floating point.</summary>
    public virtual bool IsSubtractable => false;

    /// <summary>Takes an accumulator away from another that it was added to. Only where <see cref="IsSubtractable"/>.</summary>
    public virtual void Unmerge(Span<byte> target, ReadOnlySpan<byte> source) => throw new NotSupportedException("the aggregate cannot be subtracted");

    /// <summary>Takes many accumulators away from others, named as for
    /// <see cref="Merge(Span{byte}, ReadOnlySpan{int}, ReadOnlySpan{byte}, ReadOnlySpan{int}, int)"/>.</summary>
    public virtual void Unmerge(Span<byte> targetMemory, ReadOnlySpan<int> targets, ReadOnlySpan<byte> sourceMemory, ReadOnlySpan<int> sources, int stateOffset)
    {
        var length = StateBytes;
        for (var i = 0; i < targets.Length; i++)
            Unmerge(targetMemory.Slice(targets[i] + stateOffset, length), sourceMemory.Slice(sources[i] + stateOffset, length));
    }

    /// <summary>Appends one result for each accumulator that begins at <c>memory[offset + stateOffset]</c>.</summary>
    public abstract void Emit(ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, int stateOffset, ColumnBuilder result);
}

/// <summary>The stored bytes of a <see cref="BlobAggregate"/> for one group: numbered chunks of any size; chunk 0 is the
/// root. An absent chunk is empty. Spans are valid until the next call.</summary>
public interface IBlobState
{
    /// <summary>The bytes of a chunk; empty if there are none.</summary>
    ReadOnlySpan<byte> Get(int chunk);

    /// <summary>Replaces a chunk; empty deletes it.</summary>
    void Put(int chunk, ReadOnlySpan<byte> value);
}

/// <summary>An aggregate whose state has no fixed size: MIN and MAX over strings, or over an input that takes rows away.</summary>
public abstract class BlobAggregate : AggregateCall
{
    /// <summary>All values are kept, also over an input that only grows.</summary>
    public virtual bool KeepsValues => false;

    /// <summary>Adds one row, or takes it away, according to <paramref name="kind"/>.</summary>
    public abstract void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind);

    /// <summary>Appends the result.</summary>
    public abstract void Emit(IBlobState state, ColumnBuilder result);
}
