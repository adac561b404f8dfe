using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using SqlStream.Connectors.Formats;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Rows of a partitioned table: those of a batch are gathered by partition, so that each partition is one piece of the frame.</summary>
sealed class PartitionEncoder : ISinkEncoder
{
    const int KeptMax = 256;

    readonly PartitionLayout _partitions;
    readonly IRowEncoder _rows;
    readonly int[] _stored;
    readonly ColumnPool _pool;
    readonly RowText _directory = new();
    readonly Dictionary<byte[], Piece> _pieces = new(DirectoryComparer.Instance);
    readonly List<Piece> _used = [];

    /// <param name="table">The table.</param>
    /// <param name="partitions">Its partition columns.</param>
    /// <param name="rows">Encodes the columns that are not among them.</param>
    /// <param name="pool">Where buffers come from.</param>
    public PartitionEncoder(ConnectorTable table, PartitionLayout partitions, IRowEncoder rows, ColumnPool pool)
    {
        _partitions = partitions;
        _rows = rows;
        _pool = pool;
        _stored = [.. Enumerable.Range(0, table.StoredColumns).Where(column => !partitions.Columns.Contains(column))];
    }

    public void Encode(Batch batch, IBufferWriter<byte> output)
    {
        var stored = Stored(batch);
        try
        {
            Piece? piece = null;
            for (var i = 0; i < batch.Rows; i++)
            {
                var row = batch.StoredRow(i);
                _directory.Length = 0;
                _partitions.Append(_directory, batch, row);
                // Rows of a partition often come one after the other.
                if (piece is null || !_directory.Written.SequenceEqual(piece.Directory))
                    piece = Find(_directory.Written);
                _rows.Encode(stored, row, piece.Rows);
            }
            foreach (var used in _used)
                PartitionFrames.Write(output, used.Directory, used.Rows.WrittenSpan);
        }
        finally
        {
            stored.Release();
            Clear();
        }
    }

    public void Dispose()
    {
        // The row encoder holds nothing.
    }

    Batch Stored(Batch batch)
    {
        var columns = new Column[_stored.Length];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = batch[_stored[i]].Retain();
        byte[]? kinds = null;
        if (!batch.IsInsertOnly)
        {
            kinds = _pool.Rent(batch.StoredRows);
            for (var row = 0; row < batch.StoredRows; row++)
                kinds[row] = (byte)batch.Kind(row);
        }
        return new Batch(columns, batch.StoredRows, _pool, kinds);
    }

    Piece Find(ReadOnlySpan<byte> directory)
    {
        var lookup = _pieces.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(directory, out var piece))
            lookup[directory] = piece = new Piece(directory.ToArray());
        if (piece.Rows.WrittenCount == 0)
            _used.Add(piece);
        return piece;
    }

    // Buffers of partitions are kept for the next batch, but not for all partitions that ever were.
    void Clear()
    {
        foreach (var used in _used)
            used.Rows.ResetWrittenCount();
        _used.Clear();
        if (_pieces.Count > KeptMax)
            _pieces.Clear();
    }

    sealed class Piece(byte[] directory)
    {
        public byte[] Directory { get; } = directory;

        public ArrayBufferWriter<byte> Rows { get; } = new();
    }

    sealed class DirectoryComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static DirectoryComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        // In one process only: nothing of it is stored.
        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
