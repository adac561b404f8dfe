using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.Execution.Sinks;
using SqlStream.Testing.Simulation;

namespace SqlStream.Execution.Tests.Sinks;

/// <summary>A sink that does what a test tells it, and remembers what it was asked.</summary>
sealed class ScriptedShipper : ISinkShipper
{
    public SinkMarker? Marker { get; set; }

    /// <summary>Failures of the next deliveries; <c>After</c>: it was delivered all the same.</summary>
    public Queue<(ExternalException Error, bool After)> Failures { get; } = new();

    public Queue<ExternalException> MarkerFailures { get; } = new();

    public List<string> Calls { get; } = [];

    public List<string> Delivered { get; } = [];

    public void Fence(long incarnation, CancellationToken cancellation) => Calls.Add($"fence {incarnation}");

    public SinkMarker? ReadMarker(CancellationToken cancellation)
    {
        Calls.Add("marker");
        if (MarkerFailures.TryDequeue(out var failure))
            throw failure;
        return Marker;
    }

    public void Ship(IReadOnlyList<IOutputSegment> segments, SinkPosition from, SinkMarker marker, CancellationToken cancellation)
    {
        Calls.Add($"ship {marker.Epoch} from {from.Segment}:{from.Frame}");
        var fails = Failures.TryDequeue(out var failure);
        if (fails && !failure.After)
            throw failure.Error;
        Delivered.Add($"{marker.Epoch} from {from.Segment}:{from.Frame}");
        Marker = marker;
        if (fails)
            throw failure.Error;
    }

    public void Tick(CancellationToken cancellation) => Calls.Add("tick");

    public void Finish(CancellationToken cancellation) => Calls.Add("finish");

    public void Dispose() => Calls.Add("dispose");
}

/// <summary>A shipper over a scripted sink, with edge work and time under the test's control.</summary>
sealed class ShipperRig : IShipperEvents
{
    public const long Incarnation = 7;

    public ShipperRig(Epoch? committed = null, long restored = 0, SinkMarker? marker = null)
    {
        Clock = new SimClock();
        Scheduler = new SimScheduler(new Random(1), Clock) { TimePercent = 0 };
        Sink = new ScriptedShipper { Marker = marker };
        Shipper = new Shipper("db.t", "t", Sink, committed, new Epoch(restored), Incarnation, this, Scheduler, Clock);
    }

    public SimClock Clock { get; }

    public SimScheduler Scheduler { get; }

    public ScriptedShipper Sink { get; }

    public Shipper Shipper { get; }

    public List<string> Events { get; } = [];

    public Exception? Failure { get; private set; }

    public static string Digest(params int[] bytes) => SegmentDigest.Of(Segments(1, bytes));

    public static IReadOnlyList<OutputSegment> Segments(long epoch, params int[] bytes) =>
        [.. bytes.Select((size, subtask) => OutputSegment.InMemory(new Epoch(epoch), subtask, 1, size, (uint)size, new byte[size + OutputSegment.FooterBytes]))];

    public static SinkMarker MarkerAt(long epoch, string digest, bool whole = true, SinkPosition position = default) =>
        new(new Epoch(epoch), position, whole, Incarnation - 1, digest);

    public void Enqueue(params long[] epochs) => Shipper.Enqueue(epochs.Select(epoch => (new Epoch(epoch), Segments(epoch, 10))), null);

    /// <summary>Runs what can run without time passing.</summary>
    public void Run()
    {
        while (Scheduler.Waiting.Contains("ship", StringComparison.Ordinal))
            Scheduler.Step();
    }

    public void Advance(double seconds)
    {
        // In small steps, so that what a timer starts is done at its time.
        for (var step = 0; step < seconds * 10; step++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(100));
            Run();
        }
    }

    public void OnShipped(Shipper shipper, Epoch epoch) => Events.Add($"shipped {epoch}");

    public void OnFinished(Shipper shipper) => Events.Add("finished");

    public void OnShipperStopped(Shipper shipper) => Events.Add("stopped");

    public void OnShipperTrouble(Shipper shipper, ExternalException error) => Events.Add($"trouble {error.Message}");

    public void OnShipperFailed(Shipper shipper, Exception error)
    {
        Events.Add("failed");
        Failure = error;
    }
}
