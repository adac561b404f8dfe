using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Core.Rows;

/// <summary>Collects rows column by column. The caller appends one value to every column and then ends the row.</summary>
/// <remarks>Not thread-safe. After <see cref="Build"/> the builder is empty and may be used again.</remarks>
public sealed class BatchBuilder : IDisposable
{
    readonly ColumnPool _pool;
    readonly ColumnBuilder[] _columns;
    byte[]? _kinds;
    bool _insertOnly = true;

    /// <summary>A builder for rows of a schema.</summary>
    public BatchBuilder(Schema schema, ColumnPool pool) : this([.. schema.Fields.Select(field => field.Type)], pool) { }

    /// <summary>A builder for rows of the given types.</summary>
    public BatchBuilder(IReadOnlyList<SqlType> types, ColumnPool pool)
    {
        _pool = pool;
        _columns = [.. types.Select(type => ColumnBuilder.Create(type, pool))];
    }

    /// <summary>Rows ended so far.</summary>
    public int Rows { get; private set; }

    /// <summary>The builder of a column.</summary>
    public ColumnBuilder this[int index] => _columns[index];

    /// <summary>The builders of all columns.</summary>
    public ReadOnlySpan<ColumnBuilder> Columns => _columns;

    /// <summary>Ends a row to which every column has been appended.</summary>
    public void EndRow(RowKind kind = RowKind.Insert)
    {
        if (kind != RowKind.Insert)
            _insertOnly = false;
        AppendKinds(kind, 1);
        Rows++;
    }

    /// <summary>Ends several rows of one kind.</summary>
    public void EndRows(int count, RowKind kind = RowKind.Insert)
    {
        if (kind != RowKind.Insert)
            _insertOnly = false;
        AppendKinds(kind, count);
        Rows += count;
    }

    /// <summary>Undoes the values appended since the last ended row.</summary>
    public void CancelRow()
    {
        foreach (var column in _columns)
            column.Truncate(Rows);
    }

    /// <summary>Undoes rows, ended ones too, so that <paramref name="rows"/> remain.</summary>
    public void Truncate(int rows)
    {
        Check.That(rows <= Rows);
        Rows = rows;
        CancelRow();
    }

    /// <summary>Builds a batch of the rows and starts anew.</summary>
    public Batch Build(int split = -1)
    {
        var columns = new Column[_columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            Check.That(_columns[i].Count == Rows);
            columns[i] = _columns[i].Build();
        }
        byte[]? kinds = null;
        if (!_insertOnly)
        {
            kinds = _kinds;
            _kinds = null;
        }
        var batch = new Batch(columns, Rows, _pool, kinds, split: split);
        Rows = 0;
        _insertOnly = true;
        return batch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var column in _columns)
            column.Dispose();
        if (_kinds is not null)
            _pool.Return(_kinds);
        _kinds = null;
        Rows = 0;
    }

    void AppendKinds(RowKind kind, int count)
    {
        // As long as only inserts came, the kinds are not written at all; the first other kind fills in what was skipped.
        if (_insertOnly)
            return;
        if (_kinds is null || _kinds.Length < Rows + count)
        {
            var larger = _pool.Rent(Math.Max(Batch.RowsMax, (Rows + count) * 2));
            larger.AsSpan().Clear();
            if (_kinds is not null)
            {
                _kinds.AsSpan(0, Math.Min(Rows, _kinds.Length)).CopyTo(larger);
                _pool.Return(_kinds);
            }
            _kinds = larger;
        }
        _kinds.AsSpan(Rows, count).Fill((byte)kind);
    }
}
