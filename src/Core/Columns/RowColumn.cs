using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>ROW values: one child column a field, whose row i belongs to the stored row i.</summary>
/// <remarks>Where a row is NULL, so are all its fields: a field can be handed on without a look at the row. A child may be constant.</remarks>
public sealed class RowColumn : Column
{
    readonly Column[] _fields;

    /// <summary>Takes over one reference to each child, of <see cref="Column.StoredLength"/> rows, and the validity buffer, which comes
    /// from <paramref name="pool"/>. A null <paramref name="validity"/> means no NULLs.</summary>
    public RowColumn(SqlType type, int length, Column[] fields, byte[]? validity, ColumnPool pool, bool isConstant = false)
        : base(type, length, isConstant, validity, pool)
    {
        Check.That(fields.Length == ((RowType)type).Fields.Count);
        foreach (var field in fields)
            Check.That(field.Length == StoredLength);
        _fields = fields;
    }

    /// <summary>The child columns.</summary>
    public ReadOnlySpan<Column> Fields => _fields;

    /// <summary>The stored row that holds a row.</summary>
    public int Stored(int row) => IsConstant ? 0 : row;

    private protected override long ValueBytes
    {
        get
        {
            var bytes = 0L;
            foreach (var one in _fields)
                bytes += one.ByteSize;
            return bytes;
        }
    }

    private protected override Column MakeConstant(int length, byte[]? validity, ColumnPool pool) =>
        new RowColumn(Type, length, _fields, validity, pool, isConstant: true);

    private protected override void ReturnBuffers(ColumnPool pool)
    {
        foreach (var field in _fields)
            field.Release();
    }
}
