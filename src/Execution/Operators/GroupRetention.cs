using System.Buffers.Binary;
using SqlStream.Core.Rows;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>When each group was written last, and which groups are forgotten for that.</summary>
/// <remarks>State: group to milliseconds since 1970 by the job's clock. A group without a time, from before there was a time after which groups are forgotten, is
/// kept until it is written again.</remarks>
sealed class GroupRetention : IAgingState, IDisposable
{
    readonly ValueTable _main;
    readonly TimeProvider _clock;
    readonly long _ttlMillis;
    readonly TouchedEntries _touched = new();
    readonly StateSweep _sweep;
    int[] _offsets = new int[Batch.RowsMax];

    public GroupRetention(ValueTable times, ValueTable main, TimeProvider clock, long ttlMillis)
    {
        (Times, _main, _clock, _ttlMillis) = (times, main, clock, ttlMillis);
        _sweep = new StateSweep(times, this, ttlMillis, Now);
    }

    /// <summary>The table.</summary>
    public ValueTable Times { get; }

    /// <summary>Groups are being deleted, by <see cref="Step"/>.</summary>
    public bool IsSweeping => _sweep.IsRunning;

    long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Notes that the groups of a batch are written now, and empties those that should be forgotten by now.</summary>
    public void Touch(KeyBatch keys, TouchedEntries groups, int valueBytes)
    {
        var now = Now;
        _sweep.BeginIfDue(now);
        if (_offsets.Length < keys.Count)
            _offsets = new int[keys.Count * 2];
        Times.Locate(keys, [], sizeof(long), _offsets, _touched);
        var times = Times.Memory;
        var values = _main.Memory;
        for (var i = 0; i < _touched.Offsets.Length; i++)
        {
            Core.Diagnostics.Check.That(_touched.FirstKeys[i] == groups.FirstKeys[i]);
            var time = times[_touched.Offsets[i]..];
            var last = BinaryPrimitives.ReadInt64LittleEndian(time);
            if (last != 0 && now - last >= _ttlMillis)
                values.Slice(groups.Offsets[i], valueBytes).Clear();
            BinaryPrimitives.WriteInt64LittleEndian(time, now);
        }
        Times.EndBatch(_touched);
    }

    /// <summary>Deletes some groups.</summary>
    public void Step() => _sweep.Step();

    public bool HasExpired(ReadOnlySpan<byte> value, long time) => BinaryPrimitives.ReadInt64LittleEndian(value) <= time;

    public void Remove(SweptKeys keys, int first, int count, long time)
    {
        for (var i = first; i < first + count; i++)
        {
            _main.Put(keys.KeyGroup(i), keys[i], []);
            Times.Put(keys.KeyGroup(i), keys[i], []);
        }
    }

    public void Dispose() => _sweep.Dispose();
}
