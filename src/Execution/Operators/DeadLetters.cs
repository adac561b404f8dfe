using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Sinks;

namespace SqlStream.Execution.Operators;

/// <summary>The dead letters of a source, one frame a row.</summary>
sealed class DeadLetters(SideOutput output, ColumnPool pool) : IDisposable
{
    readonly BatchBuilder _rows = new(RowSchema, pool);

    /// <summary>The columns of a dead-letter sink.</summary>
    public static Schema RowSchema { get; } = new([
        new Field("source", SqlType.String),
        new Field("position", SqlType.String),
        new Field("error", SqlType.String),
        new Field("raw", SqlType.Bytes),
    ]);

    public void Append(string table, string position, string error, ReadOnlySpan<byte> raw)
    {
        ((BytesColumnBuilder)_rows[0]).Append(Encoding.UTF8.GetBytes(table));
        ((BytesColumnBuilder)_rows[1]).Append(Encoding.UTF8.GetBytes(position));
        ((BytesColumnBuilder)_rows[2]).Append(Encoding.UTF8.GetBytes(error));
        ((BytesColumnBuilder)_rows[3]).Append(raw);
        _rows.EndRow();
        output.Append(_rows.Build());
    }

    public void Seal(Epoch epoch, SubtaskSeal seal) => output.Seal(epoch, seal);

    public void Dispose()
    {
        _rows.Dispose();
        output.Dispose();
    }
}
