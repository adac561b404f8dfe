using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.FileSystem;

/// <summary>The files of a path as a source.</summary>
sealed class FileSource : ISource
{
    readonly ConnectorTable _table;
    readonly ConnectorTable _stored;
    readonly IFileFormat _format;
    readonly FileOptions _options;
    readonly Func<Schema, ISink> _lateSink;

    public FileSource(ConnectorTable table, IFileFormat format, FileOptions options, ISink? deadLetterSink, Func<Schema, ISink> lateSink)
    {
        _lateSink = lateSink;
        _table = table;
        // The format knows what is in the files.
        _stored = table.MetadataKeys.IsEmpty ? table : table with { Schema = new Schema([.. table.Schema.Fields.Take(table.StoredColumns)]), MetadataKeys = [] };
        _format = format;
        _options = options;
        DeadLetterSink = deadLetterSink;
        SplitColumns = FileMetadata.KnownBefore(table);
        Changelog = format.DecodedChangelog(table.Options);
        // The format checks its options and the table's types when it makes a decoder.
        format.CreateDecoder(_stored, [.. Enumerable.Range(0, table.StoredColumns)]);
    }

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

    public object? SplitValue(SourceSplit split, int column) => FileMetadata.Known(_table, column, FileSplit.Parse(split).Path);

    public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) =>
        new FileSplitEnumerator(_options, _format.IsSplittable(_table.Options), state);

    public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position)
    {
        int[] stored = [.. context.ReadColumns.Where(index => index < _table.StoredColumns)];
        return new FileSplitReader(
            context,
            FileSplit.Parse(split),
            position is null ? null : FilePosition.Parse(position),
            _format.CreateDecoder(_stored, stored),
            new BatchBuilder([.. stored.Select(index => _table.Schema[index].Type)], context.Pool),
            _options.RecordBytesMax,
            _format.SkipsFirstRecord(_table.Options),
            stored.Length < context.ReadColumns.Count ? _table : null);
    }
}
