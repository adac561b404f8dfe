using System.Buffers;

namespace SqlStream.Engine.UserFunctions;

/// <summary>An aggregate function of the program: how rows change a state, and what result it has. The same object works for all groups and on
/// several threads: it keeps nothing itself.</summary>
/// <remarks>The state is kept as the engine keeps its own: in checkpoints, and on disk where there are many groups. A state without references
/// (numbers, structs and tuples of them) lies there as it is, begins as all zero, and is changed in place. Any other needs a <see cref="Codec"/>,
/// and is read and written for each row.
/// <para>NULL: rows with NULL for a <typeparamref name="TInput"/> (or an item of the tuple) that cannot be null are passed over; others come as
/// null.</para></remarks>
/// <typeparam name="TInput">The argument; a tuple for several.</typeparam>
/// <typeparam name="TState">What is kept for a group.</typeparam>
/// <typeparam name="TResult">The result; nullable where a group may have none.</typeparam>
public abstract class UserAggregate<TInput, TState, TResult>
{
    /// <summary>The state of a group before its first row, for a state with a codec; others begin as all zero.</summary>
    public virtual TState Create() => default!;

    /// <summary>A row comes.</summary>
    public abstract void Accumulate(ref TState state, TInput value);

    /// <summary>Rows can be taken away again. Otherwise the function is refused where its input does that.</summary>
    public virtual bool CanRetract => false;

    /// <summary>A row that came is taken away. Only where <see cref="CanRetract"/>.</summary>
    public virtual void Retract(ref TState state, TInput value) => throw new NotSupportedException("the aggregate cannot retract");

    /// <summary>States can be put together, in any order: windows are then computed from slices, and rows are folded before they are sent to who
    /// keeps the group. For states without references.</summary>
    public virtual bool CanMerge => false;

    /// <summary>Adds another state to a state. Only where <see cref="CanMerge"/>.</summary>
    public virtual void Merge(ref TState state, in TState other) => throw new NotSupportedException("the aggregate cannot merge");

    /// <summary>The result of a state, which may be that of a group without rows.</summary>
    public abstract TResult Result(in TState state);

    /// <summary>How the state is written; null where it has no references.</summary>
    public virtual IStateCodec<TState>? Codec => null;
}

/// <summary>Writes and reads the state of an aggregate function. What one version wrote the next must read, or be registered with another
/// <see cref="FunctionOptions.StateVersion"/>. Thread-safe.</summary>
public interface IStateCodec<TState>
{
    /// <summary>Writes a state.</summary>
    void Write(TState state, IBufferWriter<byte> output);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    TState Read(ReadOnlySpan<byte> bytes);
}
