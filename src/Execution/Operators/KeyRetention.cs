using System.Buffers.Binary;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Whose state is forgotten by key.</summary>
interface IKeyedState
{
    /// <summary>Deletes what is kept under some keys, between batches.</summary>
    void Forget(SweptKeys keys, int first, int count);
}

/// <summary>When something was written last under each key, and which keys are forgotten for that.</summary>
/// <remarks>State: key to milliseconds since 1970 by the job's clock. A key without a time, from before there was a time after which keys are forgotten, is
/// kept until something is written again. What has expired and is not deleted yet is <see cref="HasExpired(int)"/> when it is touched. Where more than one
/// entry is kept under a key, its entries bear the number of times that the key has begun anew, which stands behind the time: those of before are
/// found no more, and go with the next sweep, before the key itself does.</remarks>
sealed class KeyRetention : IAgingState, IDisposable
{
    const int NumberedBytes = 2 * sizeof(long);

    readonly IKeyedState _state;
    readonly TimeProvider _clock;
    readonly long _ttlMillis;
    readonly TouchedEntries _touched = new();
    readonly StateSweep _sweep;
    readonly OutdatedSweep[] _outdated;
    readonly int _valueBytes;
    int[] _offsets = new int[Batch.RowsMax];
    bool[] _expired = new bool[Batch.RowsMax];
    long[] _numbers = new long[Batch.RowsMax];

    /// <param name="times">Where times are kept.</param>
    /// <param name="state">What is kept beside.</param>
    /// <param name="clock">The job's clock.</param>
    /// <param name="ttlMillis">How long a key is kept.</param>
    /// <param name="numbered">The tables whose entries bear numbers.</param>
    public KeyRetention(ValueTable times, IKeyedState state, TimeProvider clock, long ttlMillis, params ReadOnlySpan<INumberedTable> numbered)
    {
        (Times, _state, _clock, _ttlMillis) = (times, state, clock, ttlMillis);
        _outdated = new OutdatedSweep[numbered.Length];
        for (var i = 0; i < numbered.Length; i++)
            _outdated[i] = new OutdatedSweep(numbered[i], this);
        _valueBytes = numbered.IsEmpty ? sizeof(long) : NumberedBytes;
        _sweep = new StateSweep(times, this, ttlMillis, Now);
    }

    /// <summary>The table.</summary>
    public ValueTable Times { get; }

    /// <summary>Keys are being deleted, by <see cref="Step"/>.</summary>
    public bool IsSweeping => _sweep.IsRunning;

    /// <summary>Entries bear numbers.</summary>
    public bool IsNumbered => _outdated.Length > 0;

    long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Notes that something is written now under the keys of a batch.</summary>
    public void Touch(KeyBatch keys)
    {
        var now = Now;
        if (_sweep.BeginIfDue(now))
        {
            foreach (var outdated in _outdated)
                outdated.Begin(now - _ttlMillis);
        }
        if (_offsets.Length < keys.Count)
            (_offsets, _expired, _numbers) = (new int[keys.Count * 2], new bool[keys.Count * 2], new long[keys.Count * 2]);
        Times.Locate(keys, [], _valueBytes, _offsets, _touched);
        var times = Times.Memory;
        for (var i = 0; i < _touched.Offsets.Length; i++)
        {
            var time = times[_touched.Offsets[i]..];
            var last = BinaryPrimitives.ReadInt64LittleEndian(time);
            _expired[i] = last != 0 && now - last >= _ttlMillis;
            BinaryPrimitives.WriteInt64LittleEndian(time, now);
            if (_expired[i] && IsNumbered)
                BinaryPrimitives.WriteInt64LittleEndian(time[sizeof(long)..], NumberOf(time) + 1);
        }
        for (var i = 0; IsNumbered && i < keys.Count; i++)
            _numbers[i] = NumberOf(times[_offsets[i]..]);
        Times.EndBatch(_touched);
    }

    /// <summary>True if what was kept under a key of the batch had to be forgotten when it was touched.</summary>
    /// <param name="number">Which of the different keys of the batch, in the order in which they come first.</param>
    public bool HasExpired(int number)
    {
        Check.That(number < _touched.Count);
        return _expired[number];
    }

    /// <summary>The number of a key of the batch, where entries bear numbers.</summary>
    public long Number(int key) => _numbers[key];

    /// <summary>True if what a value of <see cref="Times"/> says is of another number, or was written at that time or before.</summary>
    public static bool IsOutdated(ReadOnlySpan<byte> value, long number, long time) =>
        value.Length < NumberedBytes || NumberOf(value) != number || BinaryPrimitives.ReadInt64LittleEndian(value) <= time;

    /// <summary>How many different keys the batch has.</summary>
    public int Count => _touched.Count;

    /// <summary>The first key of the batch that is one of them.</summary>
    public int FirstKey(int number) => _touched.FirstKeys[number];

    /// <summary>Deletes some keys.</summary>
    public void Step()
    {
        foreach (var outdated in _outdated)
        {
            if (!outdated.IsRunning)
                continue;
            outdated.Step();
            return;
        }
        _sweep.Step();
    }

    public bool HasExpired(ReadOnlySpan<byte> value, long time) => BinaryPrimitives.ReadInt64LittleEndian(value) <= time;

    public void Remove(SweptKeys keys, int first, int count, long time)
    {
        _state.Forget(keys, first, count);
        for (var i = first; i < first + count; i++)
            Times.Put(keys.KeyGroup(i), keys[i], []);
    }

    public void Dispose()
    {
        foreach (var outdated in _outdated)
            outdated.Dispose();
        _sweep.Dispose();
    }

    static long NumberOf(ReadOnlySpan<byte> value) => BinaryPrimitives.ReadInt64LittleEndian(value[sizeof(long)..]);
}
