using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.State.Codec;

namespace SqlStream.Engine.Memory;

/// <summary>A memory table as a source: the rows that are there when it is read, once, in the order in which they came.</summary>
sealed class MemorySource(MemoryTableHandle table, ConnectorTable definition) : ISource, ILookupSource
{
    public LookupOptions Lookup { get; } = LookupOptions.ReadKeyed(definition.Options);

    public ILookup CreateLookup(LookupContext context) => new MemoryLookup(table.Table, definition.Schema, context);

    public bool IsBounded => true;

    public ChangelogMode Changelog => ChangelogMode.AppendOnly;

    public BadDataPolicy BadData { get; } = new(BadDataKind.Fail);

    public ISink? DeadLetterSink => null;

    public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) => new Enumerator(state is not null);

    public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position) =>
        new Reader(table.Table, definition.Schema, context, position);

    sealed class Enumerator(bool isRestored) : ISplitEnumerator
    {
        bool _given = isRestored;

        public TimeSpan Interval => TimeSpan.Zero;

        public (IReadOnlyList<SourceSplit> Splits, bool Done) Discover(CancellationToken cancellation)
        {
            IReadOnlyList<SourceSplit> splits = _given ? [] : [new SourceSplit("rows")];
            _given = true;
            return (splits, true);
        }

        public string SaveState() => "{}";
    }

    // The position is the place of a row in the order of arrival, and how many of its kind have been given.
    sealed class Reader : ISplitReader
    {
        readonly IReadOnlyList<(long Ordinal, long Count, byte[] Row)> _rows;
        readonly SplitReaderContext _context;
        readonly BatchBuilder _builder;
        readonly long _all;
        int _next;
        long _read;
        long _ordinal;
        long _given;

        public Reader(MemoryTable table, Schema schema, SplitReaderContext context, string? position)
        {
            if (position is not null)
            {
                var parts = position.Split('.');
                _ordinal = long.Parse(parts[0], CultureInfo.InvariantCulture);
                _given = long.Parse(parts[1], CultureInfo.InvariantCulture);
            }
            _rows = table.Snapshot(_ordinal);
            foreach (var (_, count, _) in _rows)
                _all += count;
            _all -= _given;
            _context = context;
            _builder = new BatchBuilder(schema, context.Pool);
        }

        public string Position => string.Create(CultureInfo.InvariantCulture, $"{_ordinal}.{_given}");

        public double? Share => _all <= 0 ? 1 : Math.Clamp(_read / (double)_all, 0, 1);

        public ReadStatus Read(out Batch? batch)
        {
            while (_next < _rows.Count && _builder.Rows < _context.BatchRows)
            {
                var (ordinal, count, row) = _rows[_next];
                if (ordinal != _ordinal)
                    (_ordinal, _given) = (ordinal, 0);
                if (_given >= count)
                {
                    _next++;
                    continue;
                }
                KeyEncoder.Decode(row, _builder.Columns);
                _builder.EndRow();
                _given++;
                _read++;
            }
            batch = _builder.Rows == 0 ? null : Pick(_builder.Build());
            return batch is null ? ReadStatus.End : ReadStatus.Batch;
        }

        public void Dispose() => _builder.Dispose();

        Batch Pick(Batch whole)
        {
            var columns = new Column[_context.ReadColumns.Count];
            for (var i = 0; i < columns.Length; i++)
                columns[i] = whole[_context.ReadColumns[i]].Retain();
            var picked = new Batch(columns, whole.StoredRows, _context.Pool);
            whole.Release();
            return picked;
        }
    }
}
