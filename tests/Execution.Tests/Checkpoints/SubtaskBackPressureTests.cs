using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Exchange;
using SqlStream.Execution.Messages;
using SqlStream.Execution.Operators;
using SqlStream.Execution.Runtime;
using SqlStream.State;
using SqlStream.State.Tables;
using SqlStream.Testing;

namespace SqlStream.Execution.Tests.Checkpoints;

/// <summary>A subtask with one operator that writes a new key for every batch, in a budget of 400 kB: a quarter of it may be uncommitted.</summary>
public sealed class SubtaskBackPressureTests : IDisposable, ISubtaskEvents, IScheduler
{
    const int MaxParallelism = 16;
    const int ValueBytes = 5_000;

    readonly TemporaryDirectory _directory = new();
    readonly ColumnPool _pool = new(poison: true);
    readonly Channel _input = new(1000);
    readonly Queue<Actor> _queue = new();
    readonly StateMemory _memory = new(200_000, 0);
    readonly IStateBackend _backend;
    readonly Writer _writer;
    readonly Subtask _subtask;
    int _epochsWanted;
    SubtaskSeal? _seal;

    public SubtaskBackPressureTests()
    {
        _backend = StateBackends.Open(StateBackends.Memory, new StateBackendOptions { WorkingDirectory = _directory.Path }, null);
        _writer = new Writer(new StateTableContext(_backend, 1, MaxParallelism, 0, MaxParallelism, false, long.MaxValue) { Memory = _memory });
        _subtask = new Subtask(this, TimeProvider.System, this, 1, "writer", 0, new InputGate([_input], exactlyOnce: true), [_writer], new OutputRouter([]), new SubtaskMemory(_memory, 1));
        _input.WakeConsumer = _subtask.Schedule;
    }

    [Fact]
    public void Half_of_what_may_be_uncommitted_asks_for_an_epoch_once()
    {
        Feed(6);
        Assert.Equal(0, _epochsWanted);
        Feed(3);
        Assert.Equal(1, _epochsWanted);
        Feed(3);
        Assert.Equal(1, _epochsWanted);
    }

    [Fact]
    public void Rows_wait_while_too_much_is_uncommitted_and_go_on_after_the_commit()
    {
        Feed(12);
        Barrier(1);
        Assert.NotNull(_seal);
        Feed(40);
        Assert.InRange(_writer.Batches, 13, 30);
        Assert.InRange(_memory.DirtyBytes, 0, _memory.DirtyBytesMax + 20_000);
        Commit(1);
        Assert.Equal(52, _writer.Batches);
        Assert.Equal(2, _epochsWanted);
    }

    [Fact]
    public void Without_a_barrier_that_is_on_its_way_nothing_waits()
    {
        Feed(60);
        Assert.Equal(60, _writer.Batches);
    }

    [Fact]
    public void An_epoch_in_which_nothing_was_committed_ends_the_waiting_too()
    {
        Barrier(1);
        Feed(60);
        var waiting = 60 - _writer.Batches;
        Assert.InRange(waiting, 1, 59);
        _subtask.Post(new EpochOver(new Epoch(1)));
        Run();
        Assert.Equal(60, _writer.Batches);
    }

    public void Dispose()
    {
        _subtask.Dispose();
        _input.Close();
        _backend.Dispose();
        _directory.Dispose();
    }

    void ISubtaskEvents.OnSealed(Subtask subtask, SubtaskSeal seal) => _seal = seal;

    void ISubtaskEvents.OnEnded(Subtask subtask)
    {
    }

    void ISubtaskEvents.OnHalted(Subtask subtask)
    {
    }

    void ISubtaskEvents.OnStopped(Subtask subtask)
    {
    }

    void ISubtaskEvents.OnFailed(Subtask subtask, Exception error) => Assert.Fail(error.ToString());

    void ISubtaskEvents.OnFulfilled(Subtask subtask)
    {
    }

    void ISubtaskEvents.OnSinkTrouble(string table, Core.Diagnostics.ExternalException error) => Assert.Fail(error.ToString());

    void ISubtaskEvents.OnDirtyLimit(Subtask subtask) => _epochsWanted++;

    void IScheduler.Enqueue(Actor actor) => _queue.Enqueue(actor);

    void Feed(int batches)
    {
        for (var i = 0; i < batches; i++)
        {
            using var builder = new FixedColumnBuilder<long>(SqlType.BigInt, _pool);
            builder.Append(i);
            _input.Send(StreamMessage.Data(new Batch([builder.Build()], 1, _pool)));
        }
        Run();
    }

    void Barrier(long epoch)
    {
        _subtask.Post(new EpochStarted(new Epoch(epoch)));
        _input.Send(StreamMessage.AtBarrier(new Epoch(epoch)));
        Run();
    }

    void Commit(long epoch)
    {
        var changes = new ChangeSet();
        foreach (var table in _seal!.Tables)
            table.WriteTo(changes);
        _backend.Commit(new Epoch(epoch), [_backend.Prepare(new Epoch(epoch), changes)]);
        _subtask.Post(new EpochCommitted(new Epoch(epoch)));
        _subtask.Post(new EpochOver(new Epoch(epoch)));
        Run();
    }

    void Run()
    {
        while (_queue.TryDequeue(out var actor))
            actor.Run();
    }

    sealed class Writer(StateTableContext context) : Operator
    {
        readonly ValueTable _table = new(context);

        public int Batches { get; private set; }

        public override string Name => "Writer";

        public override long DirtyBytes => _table.DirtyBytes;

        public override void OnData(Batch batch, IOutput output)
        {
            batch.Release();
            _table.Put(0, BitConverter.GetBytes(Batches++), new byte[ValueBytes]);
        }

        public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
        {
            if (_table.Seal(epoch) is { } changes)
                seal.Tables.Add(changes);
        }

        public override void OnCommitted(Epoch epoch) => _table.Committed(epoch);
    }
}
