using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Engine.Values;

namespace SqlStream.Engine.UserFunctions;

/// <summary>What both kinds of calls do with a state and a row. An exception of the program becomes an error with the function's name.</summary>
sealed class AggregateRows<TInput, TState, TResult>(
    string name, UserAggregate<TInput, TState, TResult> aggregate, ArgumentsReader<TInput> read, bool[] strict, ColumnWriter<TResult> write)
{
    public UserAggregate<TInput, TState, TResult> Aggregate => aggregate;

    public void Apply(ref TState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
    {
        if (ArgumentsReaders.IsPassedOver(arguments, strict, row))
            return;
        try
        {
            if (kind.IsRetraction())
                aggregate.Retract(ref state, read(arguments, row));
            else
                aggregate.Accumulate(ref state, read(arguments, row));
        }
        catch (Exception e) when (e is not SqlException)
        {
            throw UserFunctionErrors.Failed(name, e);
        }
    }

    public void Merge(ref TState state, in TState other)
    {
        try
        {
            aggregate.Merge(ref state, in other);
        }
        catch (Exception e) when (e is not SqlException)
        {
            throw UserFunctionErrors.Failed(name, e);
        }
    }

    public void Emit(in TState state, ColumnBuilder result)
    {
        try
        {
            write(result, aggregate.Result(in state));
        }
        catch (Exception e) when (e is not SqlException)
        {
            throw UserFunctionErrors.Failed(name, e);
        }
    }
}

/// <summary>A state without references lies in the accumulator as it is.</summary>
sealed class UserFixedAggregate<TInput, TState, TResult>(AggregateRows<TInput, TState, TResult> rows) : FixedAggregate
{
    const int Alignment = 8;

    public override int StateBytes => (Unsafe.SizeOf<TState>() + Alignment - 1) / Alignment * Alignment;

    public override bool IsMergeable => rows.Aggregate.CanMerge;

    public override void Accumulate(AccumulatorRows accumulators, int stateOffset, ReadOnlySpan<Column> arguments)
    {
        for (var i = 0; i < accumulators.Count; i++)
        {
            if (accumulators.Offsets[i] < 0)
                continue;
            var row = accumulators.Rows.IsEmpty ? i : accumulators.Rows[i];
            var kind = accumulators.Kinds.IsEmpty ? RowKind.Insert : accumulators.Kinds[row];
            rows.Apply(ref State(accumulators.Memory, accumulators.Offsets[i] + stateOffset), arguments, row, kind);
        }
    }

    public override void Merge(Span<byte> target, ReadOnlySpan<byte> source) => rows.Merge(ref State(target, 0), in State(source, 0));

    public override void Emit(ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, int stateOffset, ColumnBuilder result)
    {
        foreach (var offset in offsets)
            rows.Emit(in State(memory, offset + stateOffset), result);
    }

    static ref TState State(Span<byte> memory, int offset) =>
        ref Unsafe.As<byte, TState>(ref MemoryMarshal.GetReference(memory.Slice(offset, Unsafe.SizeOf<TState>())));

    static ref readonly TState State(ReadOnlySpan<byte> memory, int offset) =>
        ref Unsafe.As<byte, TState>(ref MemoryMarshal.GetReference(memory.Slice(offset, Unsafe.SizeOf<TState>())));
}

/// <summary>A state with a codec is one chunk: a version byte and what the codec wrote.</summary>
sealed class UserBlobAggregate<TInput, TState, TResult>(AggregateRows<TInput, TState, TResult> rows, IStateCodec<TState> codec) : BlobAggregate
{
    const byte Version = 1;

    [ThreadStatic]
    static ArrayBufferWriter<byte>? _buffer;

    // Where rows go, too, the state must be that of all of them: the function says so by retracting.
    public override bool KeepsValues => false;

    public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
    {
        var value = Read(state);
        rows.Apply(ref value, arguments, row, kind);
        var buffer = _buffer ??= new ArrayBufferWriter<byte>();
        buffer.ResetWrittenCount();
        buffer.Write([Version]);
        codec.Write(value, buffer);
        state.Put(0, buffer.WrittenSpan);
    }

    public override void Emit(IBlobState state, ColumnBuilder result) => rows.Emit(Read(state), result);

    TState Read(IBlobState state)
    {
        var stored = state.Get(0);
        if (stored.IsEmpty)
            return rows.Aggregate.Create();
        Check.That(stored[0] == Version);
        return codec.Read(stored[1..]);
    }
}
