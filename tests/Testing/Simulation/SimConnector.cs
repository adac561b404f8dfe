using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Testing.Simulation;

/// <summary>Connector <c>sim</c> of one process: sources of several splits that are found bit by bit, sinks that fail in every
/// way that the protocol allows.</summary>
/// <remarks>Faults: <c>source.read</c>, <c>source.find</c>, <c>sink.fence</c>, <c>sink.marker</c>, <c>sink.before</c> (nothing delivered),
/// <c>sink.after</c> (delivered, and reported as failed), <c>sink.part</c> (a part delivered, with a marker that says so).</remarks>
public sealed class SimConnector(
    IReadOnlyDictionary<string, SimTable> tables, IReadOnlyDictionary<string, SimTarget> targets, Random random, SimScheduler scheduler,
    SimClock clock, SimFaults faults) : IConnector
{
    public string Name => "sim";

    public IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new("changelog", "I", "Kinds of rows that come.", ["I", "I,UA,D", "I,UB,UA,D"]),
        new("bounded", "false", "Whether the planner is told that the source ends.", ["true", "false"]),
    ];

    public bool UsesFormat => false;

    public ISource CreateSource(ConnectorTable table, IFormatCatalog formats) => new Source(this, table);

    public ISink CreateSink(ConnectorTable table, IFormatCatalog formats) => new Sink(this, targets.GetValueOrDefault(LastPart(table.Name)));

    static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];

    sealed class Source(SimConnector owner, ConnectorTable table) : ISource
    {
        readonly SimTable? _rows = owner.Tables(table);

        public bool IsBounded => table.Options.Boolean("bounded", false);

        public ChangelogMode Changelog => table.Options.Text("changelog") switch
        {
            "I,UA,D" => ChangelogMode.Upsert,
            "I,UB,UA,D" => ChangelogMode.Retract,
            _ => ChangelogMode.AppendOnly,
        };

        public BadDataPolicy BadData => new(BadDataKind.Fail);

        public ISink? DeadLetterSink => null;

        public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) => new Enumerator(owner, _rows!, state);

        public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position) =>
            new Reader(owner, table.Schema, _rows!.Splits[int.Parse(split.Id[1..], CultureInfo.InvariantCulture)], context, position);
    }

    SimTable? Tables(ConnectorTable table) => tables.GetValueOrDefault(LastPart(table.Name));

    sealed class Enumerator(SimConnector owner, SimTable table, string? state) : ISplitEnumerator
    {
        int _found = state is null ? 0 : int.Parse(state, CultureInfo.InvariantCulture);

        public TimeSpan Interval => TimeSpan.FromMilliseconds(100);

        public (IReadOnlyList<SourceSplit> Splits, bool Done) Discover(CancellationToken cancellation)
        {
            owner.Yield();
            owner.MayFail("source.find");
            var splits = new List<SourceSplit>();
            while (_found < table.Splits.Count && table.Splits[_found].FoundAt <= owner.Clock.Now)
                splits.Add(new SourceSplit($"s{_found++}"));
            return (splits, _found == table.Splits.Count);
        }

        public string SaveState() => _found.ToString(CultureInfo.InvariantCulture);
    }

    SimClock Clock => clock;

    void Yield() => scheduler.Yield();

    void MayFail(string kind) => faults.MayFail(kind);

    bool Chance(int percent) => random.Next(100) < percent;

    int Draw(int max) => random.Next(max);

    bool Strikes(string kind) => faults.Strikes(kind);

    sealed class Reader : ISplitReader
    {
        readonly SimConnector _owner;
        readonly SimSplit _split;
        readonly SplitReaderContext _context;
        readonly BatchBuilder _builder;
        int _next;

        public Reader(SimConnector owner, Schema schema, SimSplit split, SplitReaderContext context, string? position)
        {
            _owner = owner;
            _split = split;
            _context = context;
            _builder = new BatchBuilder(schema.Select(context.ReadColumns), context.Pool);
            _next = position is null ? 0 : int.Parse(position, CultureInfo.InvariantCulture);
        }

        public string Position => _next.ToString(CultureInfo.InvariantCulture);

        public ReadStatus Read(out Batch? batch)
        {
            batch = null;
            if (_next == _split.Rows.Count)
                return ReadStatus.End;
            if (_owner.Chance(20))
            {
                WakeLater(TimeSpan.FromMilliseconds(_owner.Draw(300)));
                return ReadStatus.Waiting;
            }
            _owner.MayFail("source.read");
            var end = Math.Min(_split.Rows.Count, _next + 1 + _owner.Draw(_context.BatchRows));
            for (; _next < end; _next++)
            {
                var (kind, values) = _split.Rows[_next];
                for (var i = 0; i < _context.ReadColumns.Count; i++)
                    PlanValue.Append(_builder[i], values[_context.ReadColumns[i]]);
                _builder.EndRow(kind);
            }
            batch = _builder.Build();
            return ReadStatus.Batch;
        }

        public void Dispose() => _builder.Dispose();

        void WakeLater(TimeSpan delay) => _context.Clock.CreateTimer(_ => _context.Wake(), null, delay, Timeout.InfiniteTimeSpan);
    }

    sealed class Sink(SimConnector owner, SimTarget? target) : ISink
    {
        public ChangelogMode Accepts => ChangelogMode.Retract;

        public DeliveryGuarantee Delivery => DeliveryGuarantee.ExactlyOnce;

        public ISinkEncoder CreateEncoder(ColumnPool pool) => new TextFrames();

        public ISinkShipper CreateShipper(ShipperContext context) => new Shipper(owner, target!);

        public ISinkWriter CreateWriter(SinkWriterContext context) => throw new NotSupportedException();
    }

    sealed class Shipper(SimConnector owner, SimTarget target) : ISinkShipper
    {
        // Every second attempt delivers several epochs in one step.
        public long GroupBytesMax { get; private set; }

        public void Fence(long incarnation, CancellationToken cancellation)
        {
            owner.Yield();
            owner.MayFail("sink.fence");
            target.Fence(incarnation);
            GroupBytesMax = incarnation % 2 * 4096;
        }

        public SinkMarker? ReadMarker(CancellationToken cancellation)
        {
            owner.Yield();
            owner.MayFail("sink.marker");
            return target.Marker;
        }

        public void Ship(IReadOnlyList<IOutputSegment> segments, SinkPosition from, SinkMarker marker, CancellationToken cancellation)
        {
            owner.Yield();
            owner.MayFail("sink.before");
            var frames = FramesFrom(segments, from);
            if (frames.Count > 1 && segments.All(segment => segment.Epoch == marker.Epoch) && owner.Strikes("sink.part"))
            {
                var part = 1 + owner.Draw(frames.Count - 1);
                target.Deliver([.. frames.Take(part).SelectMany(frame => frame.Rows)], from, marker with { Position = frames[part - 1].After, IsWholeEpoch = false });
                throw new ExternalException("simulated fault: sink.part", Retry.Backoff);
            }
            target.Deliver([.. frames.SelectMany(frame => frame.Rows)], from, marker);
            // The answer is on its way: the process may die before it comes.
            owner.Yield();
            owner.MayFail("sink.after");
        }

        public void Tick(CancellationToken cancellation) => owner.Yield();

        public void Finish(CancellationToken cancellation) => owner.Yield();

        public void Dispose()
        {
        }

        static List<(List<string> Rows, SinkPosition After)> FramesFrom(IReadOnlyList<IOutputSegment> segments, SinkPosition from)
        {
            var frames = new List<(List<string>, SinkPosition)>();
            for (var segment = from.Segment; segment < segments.Count; segment++)
            {
                var number = 0L;
                foreach (var frame in segments[segment].Frames())
                {
                    number++;
                    if (segment > from.Segment || number > from.Frame)
                        frames.Add(([.. TextFrames.Rows(frame)], new SinkPosition(segment, number)));
                }
            }
            return frames;
        }
    }
}
