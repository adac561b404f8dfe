using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.FileSystem;

/// <summary>The files of a path as a source.</summary>
sealed class FileSource : ISource, ILookupSource
{
    readonly ConnectorTable _table;
    readonly ConnectorTable _stored;
    readonly PartitionLayout? _partitions;
    readonly IReadOnlyList<int> _keys;
    readonly IFileFormat _format;
    readonly FileOptions _options;
    readonly Func<Schema, ISink> _lateSink;

    public FileSource(ConnectorTable table, IFileFormat format, FileOptions options, ISink? deadLetterSink, Func<Schema, ISink> lateSink)
    {
        _lateSink = lateSink;
        _table = table;
        _partitions = PartitionLayout.Of(table, options.DefaultPartition);
        _keys = _partitions?.Columns ?? [];
        // The format knows what is in the files.
        _stored = PartitionLayout.Stored(table, _keys);
        _format = format;
        _options = options;
        DeadLetterSink = deadLetterSink;
        SplitColumns = [.. _keys, .. FileMetadata.KnownBefore(table)];
        Changelog = format.DecodedChangelog(table.Options);
        Lookup = LookupOptions.ReadFull(table.Options);
        // The format checks its options and the table's types when it makes a decoder.
        format.CreateDecoder(_stored, [.. Enumerable.Range(0, _stored.Schema.Count)]);
    }

    public LookupOptions Lookup { get; }

    public bool IsBounded => _options.MonitorInterval is null;

    public ChangelogMode Changelog { get; }

    public BadDataPolicy BadData => _options.BadData;

    public ISink? DeadLetterSink { get; }

    public bool TellsWhenCaughtUp => !IsBounded;

    public bool KeepsLateRows => _options.LateRowsPath is not null;

    public ISink CreateLateSink(Schema columns) => _lateSink(columns);

    /// <summary>Files are read one after the other, so that they come in the order of their names.</summary>
    public int ConcurrentSplitsMax => 1;

    public bool SplitsAreInTimeOrder => _options.IsInTimeOrder;

    public IReadOnlyList<int> SplitColumns { get; }

    public object? SplitValue(SourceSplit split, int column)
    {
        var path = FileSplit.Parse(split).Path;
        for (var i = 0; i < _keys.Count; i++)
        {
            if (_keys[i] == column)
                return PartitionOf(path)[i];
        }
        return FileMetadata.Known(_table, column, path);
    }

    public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) => new FileSplitEnumerator(
        _options, _format.IsSplittable(_table.Options), _partitions is not null, state);

    public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position)
    {
        var range = FileSplit.Parse(split);
        // A link below the table's directory may lead anywhere.
        _table.Files.Check(range.Path, SourceSpan.None);
        int[] stored = [.. context.ReadColumns.Where(IsStored)];
        var partition = _partitions is null ? [] : PartitionOf(range.Path);
        return new FileSplitReader(
            context,
            range,
            position is null ? null : FilePosition.Parse(position),
            _format.CreateDecoder(_stored, [.. stored.Select(index => _stored.Schema.IndexOf(_table.Schema[index].Name))]),
            new BatchBuilder([.. stored.Select(index => _table.Schema[index].Type)], context.Pool),
            _options.RecordBytesMax,
            _format.SkipsFirstRecord(_table.Options),
            stored.Length < context.ReadColumns.Count ? new FileColumns(_table, context.ReadColumns, _keys, partition, range.Path) : null);
    }

    bool IsStored(int column) => column < _table.StoredColumns && !_keys.Contains(column);

    object?[] PartitionOf(string path) => _partitions!.ValuesOf(_options.BelowPath(path));
}
