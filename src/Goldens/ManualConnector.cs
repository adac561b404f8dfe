using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;

namespace SqlStream.Goldens;

/// <summary>The rows that a test feeds into one table, in blocks. A reader never puts rows of two blocks into one batch, so that a
/// test decides between which rows a watermark is seen.</summary>
public sealed class ManualTable
{
    readonly Lock _lock = new();
    readonly List<List<(RowKind Kind, object?[] Values)>> _blocks = [];
    readonly Dictionary<int, EventTime> _watermarks = [];
    readonly List<Action> _wakes = [];
    bool _ended;

    /// <summary>Blocks that a reader has returned to the end, over all attempts.</summary>
    public int BlocksRead { get; private set; }

    /// <summary>Appends a block.</summary>
    public void Feed(params IReadOnlyList<(RowKind Kind, object?[] Values)> rows)
    {
        lock (_lock)
            _blocks.Add([.. rows]);
        Wake();
    }

    /// <summary>Appends a block without rows, which says that none before a time comes any more.</summary>
    public void FeedWatermark(EventTime time)
    {
        lock (_lock)
        {
            _watermarks.Add(_blocks.Count, time);
            _blocks.Add([]);
        }
        Wake();
    }

    /// <summary>Nothing more will come.</summary>
    public void End()
    {
        lock (_lock)
            _ended = true;
        Wake();
    }

    internal void OnWake(Action wake)
    {
        lock (_lock)
            _wakes.Add(wake);
    }

    internal bool TryRead(int block, int row, int rowsMax, List<(RowKind, object?[])> target, out bool ended)
    {
        lock (_lock)
        {
            ended = _ended && block >= _blocks.Count;
            if (block >= _blocks.Count)
                return false;
            target.AddRange(_blocks[block].Skip(row).Take(rowsMax));
            if (row + target.Count == _blocks[block].Count)
                BlocksRead = Math.Max(BlocksRead, block + 1);
            return true;
        }
    }

    internal EventTime? WatermarkBefore(int block)
    {
        lock (_lock)
            return _watermarks.TryGetValue(block - 1, out var time) ? time : null;
    }

    internal int BlockLength(int block)
    {
        lock (_lock)
            return _blocks[block].Count;
    }

    void Wake()
    {
        List<Action> wakes;
        lock (_lock)
            wakes = [.. _wakes];
        foreach (var wake in wakes)
            wake();
    }
}

/// <summary>What a test's exactly-once sink holds: rows by epoch and the marker. Survives the job, as an outside system does.</summary>
public sealed class ManualTarget
{
    readonly Lock _lock = new();
    readonly List<string> _rows = [];

    /// <summary>The rows delivered, in the text form of <see cref="BatchText"/>.</summary>
    public IReadOnlyList<string> Rows
    {
        get
        {
            lock (_lock)
                return [.. _rows];
        }
    }

    /// <summary>The columns of the primary key; none if it has none.</summary>
    public IReadOnlyList<int> Key { get; internal set; } = [];

    /// <summary>The marker.</summary>
    public SinkMarker? Marker { get; private set; }

    /// <summary>Epochs delivered more than once or out of order.</summary>
    public int Violations { get; private set; }

    internal void Deliver(IEnumerable<string> rows, SinkMarker marker)
    {
        lock (_lock)
        {
            if (Marker is { } before && before.Epoch >= marker.Epoch)
                Violations++;
            _rows.AddRange(rows);
            Marker = marker;
        }
    }
}

/// <summary>Connector <c>manual</c>: sources fed by a test, sinks read by it. Tables are found by their name.</summary>
public sealed class ManualConnector : IConnector
{
    readonly Dictionary<string, ManualTable> _tables = [];
    readonly Dictionary<string, ManualTarget> _targets = [];
    readonly List<StreamBlock> _waiting = [];

    /// <inheritdoc/>
    public string Name => "manual";

    /// <inheritdoc/>
    public IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new("changelog", "I", "Kinds of rows that come.", ["I", "I,UA,D", "I,UB,UA,D"]),
        new("bounded", "true", "Whether the source ends.", ["true", "false"]),
    ];

    /// <inheritdoc/>
    public bool UsesFormat => false;

    /// <summary>The rows of a source.</summary>
    public ManualTable Table(string name)
    {
        lock (_tables)
            return _tables.TryGetValue(name, out var table) ? table : _tables[name] = new ManualTable();
    }

    /// <summary>The content of a sink.</summary>
    public ManualTarget Target(string name)
    {
        lock (_targets)
            return _targets.TryGetValue(name, out var target) ? target : _targets[name] = new ManualTarget();
    }

    /// <summary>Sources end when they have given the rows that were there when they were made.</summary>
    public bool EndsAtOnce { get; init; }

    /// <summary>Rows that tables get when they are first read.</summary>
    public void FeedWhenRead(IEnumerable<StreamBlock> blocks) => _waiting.AddRange(blocks);

    /// <inheritdoc/>
    public ISource CreateSource(ConnectorTable table, IFormatCatalog formats)
    {
        var name = LastPart(table.Name);
        foreach (var block in _waiting.Where(block => block.Table == name).ToList())
        {
            _waiting.Remove(block);
            Table(name).Feed(BatchText.ParseRows(block, table.Schema));
        }
        if (EndsAtOnce)
            Table(name).End();
        return new Source(this, table);
    }

    /// <inheritdoc/>
    public ISink CreateSink(ConnectorTable table, IFormatCatalog formats) => new Sink(this, table);

    static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];

    sealed class Source(ManualConnector owner, ConnectorTable table) : ISource
    {
        public bool IsBounded => table.Options.Boolean("bounded", true);

        public ChangelogMode Changelog => table.Options.Text("changelog") switch
        {
            "I,UA,D" => ChangelogMode.Upsert,
            "I,UB,UA,D" => ChangelogMode.Retract,
            _ => ChangelogMode.AppendOnly,
        };

        public BadDataPolicy BadData => new(BadDataKind.Fail);

        public ISink? DeadLetterSink => null;

        public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) => new Enumerator(state is not null && state == "1");

        public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position) =>
            new Reader(owner.Table(LastPart(table.Name)), table.Schema, context, position);
    }

    sealed class Enumerator(bool done) : ISplitEnumerator
    {
        bool _done = done;

        public TimeSpan Interval => TimeSpan.FromHours(1);

        public (IReadOnlyList<SourceSplit> Splits, bool Done) Discover(CancellationToken cancellation)
        {
            if (_done)
                return ([], true);
            _done = true;
            return ([new SourceSplit("all")], true);
        }

        public string SaveState() => _done ? "1" : "0";
    }

    sealed class Reader : ISplitReader
    {
        readonly ManualTable _table;
        readonly SplitReaderContext _context;
        readonly BatchBuilder _builder;
        readonly List<(RowKind Kind, object?[] Values)> _rows = [];
        int _block;
        int _row;

        public Reader(ManualTable table, Schema schema, SplitReaderContext context, string? position)
        {
            _table = table;
            _context = context;
            _builder = new BatchBuilder(schema.Select(context.ReadColumns), context.Pool);
            if (position is not null)
            {
                var parts = position.Trim('"').Split(':');
                _block = int.Parse(parts[0], CultureInfo.InvariantCulture);
                _row = int.Parse(parts[1], CultureInfo.InvariantCulture);
            }
            table.OnWake(context.Wake);
        }

        public string Position => $"\"{_block}:{_row}\"";

        public EventTime? Watermark => _row == 0 ? _table.WatermarkBefore(_block) : null;

        public ReadStatus Read(out Batch? batch)
        {
            batch = null;
            _rows.Clear();
            if (!_table.TryRead(_block, _row, _context.BatchRows, _rows, out var ended))
                return ended ? ReadStatus.End : ReadStatus.CaughtUp;
            foreach (var (kind, values) in _rows)
            {
                for (var i = 0; i < _context.ReadColumns.Count; i++)
                    PlanValue.Append(_builder[i], values[_context.ReadColumns[i]]);
                _builder.EndRow(kind);
            }
            _row += _rows.Count;
            if (_row == _table.BlockLength(_block))
            {
                _block++;
                _row = 0;
            }
            batch = _builder.Build();
            return ReadStatus.Batch;
        }

        public void Dispose() => _builder.Dispose();
    }

    sealed class Sink(ManualConnector owner, ConnectorTable table) : ISink
    {
        // A table with a key takes rows under it, and is told nothing of what they replace.
        public ChangelogMode Accepts => table.PrimaryKey.IsEmpty ? ChangelogMode.Retract : ChangelogMode.Retract with { HasUpdateBefore = false };

        public DeliveryGuarantee Delivery => DeliveryGuarantee.ExactlyOnce;

        public ISinkEncoder CreateEncoder(ColumnPool pool) => new Encoder();

        public ISinkShipper CreateShipper(ShipperContext context) => new Shipper(owner.Target(LastPart(table.Name)), [.. table.PrimaryKey]);

        public ISinkWriter CreateWriter(SinkWriterContext context) => throw new NotSupportedException();
    }

    sealed class Encoder : ISinkEncoder
    {
        public void Encode(Batch batch, IBufferWriter<byte> output)
        {
            for (var i = 0; i < batch.Rows; i++)
            {
                var row = batch.StoredRow(i);
                var text = System.Text.Encoding.UTF8.GetBytes(BatchText.FormatRow(batch, row));
                BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(4), text.Length);
                output.Advance(4);
                output.Write(text);
            }
        }

        public void Dispose()
        {
        }
    }

    sealed class Shipper : ISinkShipper
    {
        readonly ManualTarget _target;

        public Shipper(ManualTarget target, IReadOnlyList<int> key) => (_target, target.Key) = (target, key);

        public void Fence(long incarnation, CancellationToken cancellation)
        {
        }

        public SinkMarker? ReadMarker(CancellationToken cancellation) => _target.Marker;

        public void Ship(IReadOnlyList<IOutputSegment> segments, SinkPosition from, SinkMarker marker, CancellationToken cancellation)
        {
            var rows = new List<string>();
            foreach (var frame in segments.SelectMany(segment => segment.Frames()))
            {
                for (var rest = frame; rest.Length > 0;)
                {
                    var length = BinaryPrimitives.ReadInt32LittleEndian(rest.Span);
                    rows.Add(System.Text.Encoding.UTF8.GetString(rest.Span.Slice(4, length)));
                    rest = rest[(4 + length)..];
                }
            }
            _target.Deliver(rows, marker);
        }

        public void Tick(CancellationToken cancellation)
        {
        }

        public void Finish(CancellationToken cancellation)
        {
        }

        public void Dispose()
        {
        }
    }
}
