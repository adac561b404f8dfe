using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.State.Codec;
using SqlStream.State.Tables;
using SqlStream.Testing;

namespace SqlStream.State.Tests.Tables;

/// <summary>A memory backend with tables over it: BIGINT keys, values of eight bytes.</summary>
sealed class TableRig : IDisposable
{
    public const int MaxParallelism = 16;
    readonly TemporaryDirectory _directory = new();
    readonly ColumnPool _pool = new(poison: true);
    long _epoch;

    public TableRig() => Backend = StateBackends.Open(StateBackends.Memory, new StateBackendOptions { WorkingDirectory = _directory.Path }, null);

    public IStateBackend Backend { get; }

    /// <summary>The epoch that is sealed next.</summary>
    public Epoch NextEpoch => new(_epoch + 1);

    public StateTableContext Context(long cacheBytesMax = long.MaxValue, bool isRestored = false, StateMemory? memory = null) =>
        new(Backend, 1, MaxParallelism, 0, MaxParallelism, isRestored, cacheBytesMax) { Memory = memory ?? StateMemory.Unlimited() };

    /// <summary>Encoded keys of numbers.</summary>
    public KeyBatch Keys(params IReadOnlyList<long> numbers)
    {
        using var builder = (FixedColumnBuilder<long>)ColumnBuilder.Create(SqlType.BigInt, _pool);
        foreach (var number in numbers)
            builder.Append(number);
        var column = builder.Build();
        var keys = new KeyBatch();
        keys.Encode([column], numbers.Count, []);
        column.Release();
        return keys;
    }

    /// <summary>The number that a key encodes.</summary>
    public static long Number(ReadOnlySpan<byte> key) => KeyEncoder.ReadOrdered(key[1..]);

    public Epoch BeginSeal() => new(++_epoch);

    /// <summary>Applies sealed changes to the backend; the tables are not told.</summary>
    public void Commit(Epoch epoch, params IEnumerable<SealedTable?> changes)
    {
        var set = new ChangeSet();
        foreach (var table in changes)
            table?.WriteTo(set);
        Backend.Commit(epoch, [Backend.Prepare(epoch, set)]);
    }

    public static void Set(ValueTable table, KeyBatch keys, int index, long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        table.Put(keys.KeyGroup(index, MaxParallelism), keys[index], bytes);
    }

    /// <summary>Adds to the values of keys as operators do: located together, written in place.</summary>
    public static void Add(ValueTable table, KeyBatch keys, long value)
    {
        var offsets = new int[keys.Count];
        var touched = new TouchedEntries();
        table.Locate(keys, [], sizeof(long), offsets, touched);
        foreach (var offset in offsets)
        {
            var at = table.Memory.Slice(offset, sizeof(long));
            BinaryPrimitives.WriteInt64LittleEndian(at, BinaryPrimitives.ReadInt64LittleEndian(at) + value);
        }
        table.EndBatch(touched);
    }

    public static long? Get(ValueTable table, KeyBatch keys, int index)
    {
        var value = table.Get(keys.KeyGroup(index, MaxParallelism), keys[index]);
        return value.IsEmpty ? null : BinaryPrimitives.ReadInt64LittleEndian(value);
    }

    /// <summary>All entries, in order of their keys.</summary>
    public static IReadOnlyList<(long Key, long Value)> Content(ValueTable table)
    {
        var content = new List<(long, long)>();
        using var cursor = table.Scan();
        while (cursor.MoveNext())
            content.Add((Number(cursor.Key), BinaryPrimitives.ReadInt64LittleEndian(cursor.Value)));
        content.Sort();
        return content;
    }

    public void Dispose()
    {
        Backend.Dispose();
        _directory.Dispose();
    }
}
